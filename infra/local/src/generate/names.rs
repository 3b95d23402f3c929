//! What people in India are called, by region, each surname about as often as in a city's car registers, and where
//! the centres are. (No well-kept crate has Indian names: `fake` has no such locale.)

use super::dice::Dice;

/// A region's names: first names in Latin letters, surnames with weights, whole names in the region's script.
pub(super) struct Region {
    first: &'static [&'static str],
    last: &'static [(&'static str, u32)],
    native: &'static [&'static str],
}

/// A city with service centres.
pub(super) struct City {
    /// Three letters of the centres' codes.
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) state: &'static str,
    /// Where its vehicles are registered; not where the demo's are.
    pub(super) offices: &'static [&'static str],
    /// First digits of its PIN codes.
    pub(super) pin: &'static str,
    region: &'static Region,
}

/// The centres are in these cities, one after the other.
pub(super) const CITIES: [City; 12] = [
    City {
        code: "MUM",
        name: "Mumbai",
        state: "Maharashtra",
        offices: &["MH01", "MH03", "MH47"],
        pin: "400",
        region: &WEST,
    },
    City {
        code: "BLR",
        name: "Bengaluru",
        state: "Karnataka",
        offices: &["KA01", "KA05", "KA51"],
        pin: "560",
        region: &SOUTH,
    },
    City {
        code: "DEL",
        name: "New Delhi",
        state: "Delhi",
        offices: &["DL3C", "DL8C", "DL12"],
        pin: "110",
        region: &NORTH,
    },
    City {
        code: "CHN",
        name: "Chennai",
        state: "Tamil Nadu",
        offices: &["TN07", "TN09", "TN22"],
        pin: "600",
        region: &SOUTH,
    },
    City {
        code: "HYD",
        name: "Hyderabad",
        state: "Telangana",
        offices: &["TS07", "TS09", "TG08"],
        pin: "500",
        region: &SOUTH,
    },
    City {
        code: "PUN",
        name: "Pune",
        state: "Maharashtra",
        offices: &["MH12", "MH14"],
        pin: "411",
        region: &WEST,
    },
    City {
        code: "AMD",
        name: "Ahmedabad",
        state: "Gujarat",
        offices: &["GJ01", "GJ27"],
        pin: "380",
        region: &WEST,
    },
    City {
        code: "KOL",
        name: "Kolkata",
        state: "West Bengal",
        offices: &["WB02", "WB06"],
        pin: "700",
        region: &EAST,
    },
    City {
        code: "JAI",
        name: "Jaipur",
        state: "Rajasthan",
        offices: &["RJ14", "RJ45"],
        pin: "302",
        region: &NORTH,
    },
    City { code: "LKO", name: "Lucknow", state: "Uttar Pradesh", offices: &["UP32"], pin: "226", region: &NORTH },
    City { code: "COK", name: "Kochi", state: "Kerala", offices: &["KL07", "KL43"], pin: "682", region: &SOUTH },
    City {
        code: "CHD",
        name: "Chandigarh",
        state: "Chandigarh",
        offices: &["CH01", "CH04"],
        pin: "160",
        region: &PUNJAB,
    },
];

/// Where people live.
pub(super) const STREETS: [&str; 10] = [
    "MG Road",
    "Station Road",
    "Gandhi Nagar",
    "Nehru Street",
    "Lake View Road",
    "Temple Road",
    "Park Street",
    "Industrial Estate",
    "Civil Lines",
    "Shivaji Chowk",
];

/// Name of a person in a city: mostly of its region, mostly in Latin letters.
pub(super) fn person(city: &City, dice: &mut Dice) -> String {
    let elsewhere = [&NORTH, &WEST, &SOUTH, &EAST, &PUNJAB];
    let moved = dice.percent(25);
    let region = if moved { dice.one(&elsewhere).unwrap_or(city.region) } else { city.region };
    if dice.percent(4) {
        return dice.word(region.native).to_owned();
    }
    let first = dice.word(region.first);
    let last = dice.weighted(region.last).unwrap_or_default();
    match dice.below(20) {
        0 => format!("{} {last}", &first[..1]),
        1 => format!("{first} {} {last}", dice.word(region.first)),
        _ => format!("{first} {last}"),
    }
}

const NORTH: Region = Region {
    first: &[
        "Rahul", "Amit", "Priya", "Neha", "Sanjay", "Anil", "Sunita", "Pooja", "Rajesh", "Manoj", "Deepak",
        "Vikas", "Ritu", "Kavita", "Alok", "Shalini", "Ankit", "Shreya", "Rohit", "Nisha", "Mohammed", "Imran",
        "Ayesha", "Aditya", "Ishaan", "Kiran", "Suresh", "Meena", "Vivek", "Anjali",
    ],
    last: &[
        ("Kumar", 60),
        ("Singh", 60),
        ("Sharma", 40),
        ("Gupta", 28),
        ("Verma", 20),
        ("Yadav", 22),
        ("Khan", 22),
        ("Mishra", 16),
        ("Agarwal", 14),
        ("Jain", 12),
        ("Srivastava", 12),
        ("Tiwari", 12),
        ("Pandey", 12),
        ("Chauhan", 10),
        ("Saxena", 7),
        ("Ansari", 7),
        ("Ali", 8),
        ("Rathore", 5),
        ("Meena", 5),
        ("Shukla", 6),
        ("Tripathi", 5),
        ("Dubey", 4),
        ("Mathur", 3),
        ("Bhargava", 2),
        ("Kapoor", 4),
        ("Malhotra", 4),
    ],
    native: &["आदित्य शर्मा", "सुनीता देवी", "राजेश कुमार", "प्रिया गुप्ता", "मोहम्मद ख़ान", "अनिल यादव", "कविता मिश्रा"],
};

const WEST: Region = Region {
    first: &[
        "Sachin", "Sneha", "Amol", "Prasad", "Snehal", "Rohan", "Tejas", "Ashwini", "Ganesh", "Swati", "Nilesh",
        "Vaishali", "Hardik", "Jignesh", "Komal", "Bhavesh", "Krupa", "Dhruv", "Hetal", "Farhan", "Zainab",
        "Vinayak", "Shubham", "Aarti", "Mahesh", "Rupali", "Chirag", "Falguni",
    ],
    last: &[
        ("Patil", 40),
        ("Patel", 45),
        ("Shah", 32),
        ("Deshmukh", 14),
        ("Joshi", 18),
        ("Kulkarni", 16),
        ("Jadhav", 16),
        ("Shinde", 16),
        ("Pawar", 15),
        ("More", 10),
        ("Mehta", 14),
        ("Desai", 12),
        ("Shaikh", 16),
        ("Chavan", 10),
        ("Gaikwad", 9),
        ("Parmar", 9),
        ("Sharma", 12),
        ("Singh", 10),
        ("Trivedi", 6),
        ("Bhatt", 6),
        ("D'Souza", 6),
        ("Fernandes", 6),
        ("Pereira", 3),
        ("Gokhale", 2),
        ("Sawant", 6),
        ("Khan", 10),
        ("Thakkar", 4),
        ("Solanki", 5),
    ],
    native: &["स्नेहा कुलकर्णी", "सचिन पाटील", "गणेश देशमुख", "हार्दिक पटेल", "કોમલ શાહ", "ભાવેશ પટેલ"],
};

const SOUTH: Region = Region {
    first: &[
        "Lakshmi",
        "Karthik",
        "Arun",
        "Divya",
        "Ramesh",
        "Venkatesh",
        "Deepa",
        "Anand",
        "Srinivas",
        "Kavya",
        "Meera",
        "Vishnu",
        "Suresh",
        "Padma",
        "Naveen",
        "Harish",
        "Sandhya",
        "Mohan",
        "Saravanan",
        "Shankar",
        "Revathi",
        "Bhaskar",
        "Asha",
        "Thomas",
        "Mary",
        "Abdul",
        "Fathima",
        "Murali",
        "Chitra",
        "Gopal",
    ],
    last: &[
        ("Reddy", 40),
        ("Rao", 36),
        ("Kumar", 40),
        ("Nair", 24),
        ("Iyer", 12),
        ("Pillai", 12),
        ("Menon", 9),
        ("Naidu", 12),
        ("Gowda", 14),
        ("Krishnan", 12),
        ("Murthy", 9),
        ("Shetty", 12),
        ("Hegde", 6),
        ("Chowdary", 6),
        ("Varma", 5),
        ("Subramanian", 6),
        ("Raj", 10),
        ("Babu", 10),
        ("Thomas", 8),
        ("Mathew", 8),
        ("Joseph", 8),
        ("Khan", 8),
        ("Sharma", 8),
        ("Swamy", 5),
        ("Balakrishnan", 3),
        ("Venkataraman", 2),
        ("Kurian", 2),
    ],
    native: &["லட்சுமி ராமன்", "கார்த்திக் குமார்", "దివ్య రెడ్డి", "వెంకటేశ్ రావు", "ಕಾವ್ಯ ಗೌಡ", "മീര നായർ", "അരുൺ മേനോൻ"],
};

const EAST: Region = Region {
    first: &[
        "Sourav", "Ananya", "Subhash", "Arpita", "Debashis", "Moumita", "Partha", "Sharmila", "Abhijit", "Rina",
        "Tapan", "Sutapa", "Kaushik", "Ishita", "Rahul", "Bidisha", "Nazrul", "Rehana", "Arindam", "Payel",
        "Biswajit",
    ],
    last: &[
        ("Das", 40),
        ("Ghosh", 26),
        ("Banerjee", 22),
        ("Mukherjee", 22),
        ("Chatterjee", 20),
        ("Roy", 22),
        ("Dutta", 18),
        ("Sen", 14),
        ("Bose", 12),
        ("Mondal", 20),
        ("Saha", 18),
        ("Sarkar", 16),
        ("Sharma", 8),
        ("Singh", 10),
        ("Agarwal", 6),
        ("Khatun", 6),
        ("Islam", 8),
        ("Ali", 8),
        ("Chakraborty", 12),
        ("Pal", 8),
        ("Nandi", 4),
    ],
    native: &["সৌরভ দাস", "অনন্যা ঘোষ", "অর্পিতা সেন", "पार्थ रॉय"],
};

const PUNJAB: Region = Region {
    first: &[
        "Gurpreet",
        "Harpreet",
        "Manpreet",
        "Simran",
        "Jaspreet",
        "Rajinder",
        "Balwinder",
        "Navdeep",
        "Sukhdeep",
        "Kuldeep",
        "Amrit",
        "Jasleen",
        "Rohit",
        "Neha",
        "Vikram",
        "Pooja",
        "Sandeep",
        "Ravneet",
        "Shaminder",
    ],
    last: &[
        ("Singh", 90),
        ("Kaur", 70),
        ("Sharma", 20),
        ("Kumar", 24),
        ("Sandhu", 12),
        ("Gill", 14),
        ("Sidhu", 12),
        ("Dhillon", 10),
        ("Grewal", 8),
        ("Arora", 10),
        ("Bhatia", 6),
        ("Chopra", 5),
        ("Gupta", 8),
        ("Verma", 5),
    ],
    native: &["ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "ਸਿਮਰਨ ਕੌਰ", "मनप्रीत कौर"],
};
