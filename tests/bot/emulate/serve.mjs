// Serves emulate's Slack on a free port of 127.0.0.1 and says where; ends when its standard input does.
//
// usage: node serve.mjs FOLDER-OF-NODE_MODULES SEED-AS-JSON
//
// emulate 0.8.0 lets nobody name the address that it listens on and takes every interface. Its server is therefore
// kept from listening, and handed the requests of ours.
import http from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, seed] = process.argv.slice(2);
const { createEmulator } = await import(pathToFileURL(path.join(folder, "emulate", "dist", "api.js")));

const front = http.createServer();
await new Promise((listening) => front.listen(0, "127.0.0.1", listening));
const url = `http://127.0.0.1:${front.address().port}`;

http.Server.prototype.listen = function () {
  front.on("request", (...exchange) => this.emit("request", ...exchange));
  return this;
};
await createEmulator({ service: "slack", baseUrl: url, seed: JSON.parse(seed) });

process.stdin.on("end", () => process.exit()).resume();
console.log(url);
