fn main(){ dms_checker::spike(5) }
