// Counts texts in OpenAI's tokenizers: a JSON list of texts in, a list of [o200k_base, cl100k_base] out.
// The package ships the tokenizers' tables, so nothing is fetched: node eval/count_tokens.mjs FOLDER_OF_gpt-tokenizer
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";

const load = createRequire(resolve(process.argv[2], "package.json"));
const encodings = ["o200k_base", "cl100k_base"].map((name) => load(`gpt-tokenizer/encoding/${name}`));
const texts = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(texts.map((text) => encodings.map((encoding) => encoding.countTokens(text)))));
