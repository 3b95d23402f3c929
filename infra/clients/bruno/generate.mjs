// Every route as a request: Bruno's own importer makes them from the OpenAPI document, into collection/routes. What is
// changed afterwards: logging in keeps the token, and the sample answers are left out (they are in /api/docs).

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const document = join(here, "../../../functions/meta/openapi.json");
const routes = join(here, "collection/routes");
const keepTheToken = `
script:post-response {
  if (res.status === 200) {
    bru.setEnvVar("token", res.body.data.accessToken);
    bru.setEnvVar("refreshToken", res.body.data.refreshToken);
  }
}
`;

const made = mkdtempSync(join(tmpdir(), "bruno-"));
const bru = join(here, "node_modules/.bin/bru");
const options = ["--source", document, "--output", made, "--collection-name", "routes", "--collection-format", "bru"];
execFileSync(bru, ["import", "openapi", ...options], { stdio: ["ignore", "ignore", "inherit"] });

rmSync(routes, { recursive: true, force: true });
let requests = 0;
for (const folder of readdirSync(join(made, "routes"), { withFileTypes: true })) {
  if (!folder.isDirectory() || folder.name === "environments") continue;
  cpSync(join(made, "routes", folder.name), join(routes, folder.name), { recursive: true });
  for (const name of readdirSync(join(routes, folder.name))) {
    const path = join(routes, folder.name, name);
    let text = readFileSync(path, "utf8").replace(/^example \{\n.*?^\}\n+/gms, "").trimEnd() + "\n";
    if (/url: \S*\/auth\/(login|refresh)\n/.test(text)) text += keepTheToken;
    text = text.replace('"refreshToken": ""', '"refreshToken": "{{refreshToken}}"');
    writeFileSync(path, text);
    if (name !== "folder.bru") requests += 1;
  }
}
rmSync(made, { recursive: true });
console.log(`${requests} requests in ${routes}`);
