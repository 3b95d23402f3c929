//! x
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, dead_code)]
mod app;
mod dynamo;
mod fault;
mod template;
mod wire;

pub fn spike(n: u64) {
    let t0 = std::time::Instant::now();
    let template = template::template();
    eprintln!("template {:?}", t0.elapsed());
    for seed in 0..n {
        let t = std::time::Instant::now();
        template::paused_runtime().block_on(async {
            let db = template.copy().await;
            let copied = t.elapsed();
            let wire = wire::Wire::new(db, seed);
            let world = app::World::start(wire.clone(), template.made_at + chrono::TimeDelta::hours(1));
            let token = app::admin_token(world.now());
            let started = t.elapsed();
            wire.begin(fault::Faults::Random { per_mille: 80 });
            for i in 0..20 {
                let part = &template.centres[0].parts[0];
                let sent = app::Sent { method: "PATCH", path: format!("/api/inventory/parts/{part}/adjust-stock"), body: Some(serde_json::json!({"adjustmentType": "ADD", "quantity": 1, "reason": "STOCK_RECEIVED"})), key: Some(format!("k{i}")), token: token.clone() };
                let a = world.send(0, &sent).await;
                if seed == 0 { wire.note(&format!("{:?}", a.map(|a| a.status))); }
            }
            eprintln!("copy {copied:?} start {:?} 20 adjusts {:?} calls {}", started - copied, t.elapsed() - started, wire.calls());
            if seed == 0 { for l in wire.trace() { eprintln!("{l}"); } }
        });
    }
}
