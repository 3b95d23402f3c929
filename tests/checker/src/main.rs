//! x
fn main() {
    let mut total = std::collections::BTreeMap::<_, [u32; 3]>::new();
    let t = std::time::Instant::now();
    let n: u64 = std::env::args().nth(1).map_or(5, |n| n.parse().unwrap());
    let mut bad = 0;
    let mut calls = 0;
    for seed in 0..n {
        let r = dms_checker::run(seed, None);
        calls += r.calls;
        for (a, c) in r.commands { let e = total.entry(a).or_default(); for i in 0..3 { e[i] += c[i]; } }
        if !r.violations.is_empty() { bad += 1; if bad <= 3 { eprintln!("SEED {seed}"); for l in r.trace.iter() { eprintln!("{l}"); } for v in r.violations { eprintln!("VIOLATION {v}"); } } }
    }
    eprintln!("{n} histories in {:?}, bad {bad}, calls {calls}", t.elapsed());
    for (a, c) in total { eprintln!("{a:?} {c:?}"); }
}
