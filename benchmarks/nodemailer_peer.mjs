// nodemailer's pooled SMTP transport, as its documentation sets it up for bulk mail.
//
// node nodemailer_peer.mjs LETTER.json PORT CONNECTIONS LETTERS NODE_FOLDER
//
// Connections are kept for ever (maxMessages: Infinity), nothing is logged, and twice as many
// letters wait as there are connections, so that no connection ever idles.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [file, port, connections, letters, folder] = process.argv.slice(2);
const nodemailer = createRequire(`${folder}/`)("nodemailer");
const letter = JSON.parse(readFileSync(file, "utf8"));

const transport = nodemailer.createTransport({
  pool: true,
  host: "127.0.0.1",
  port: Number(port),
  name: "localhost",
  secure: false,
  ignoreTLS: true,
  maxConnections: Number(connections),
  maxMessages: Infinity,
  disableFileAccess: true,
  disableUrlAccess: true,
});

function filled(content, number) {
  for (const [name, mark] of Object.entries(letter.marks)) {
    content = content.replaceAll(mark, `${name}${number}`);
  }
  return content;
}

let next = 0;

async function work() {
  while (next < Number(letters)) {
    const number = next++;
    await transport.sendMail({
      from: letter.sender,
      to: `reader.${number}@example.org`,
      subject: letter.subject,
      html: filled(letter.html, number),
      text: filled(letter.text, number),
      headers: {
        "List-Unsubscribe": `<${filled(letter.unsubscribe_url, number)}>`,
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      },
    });
  }
}

await Promise.all(Array.from({ length: 2 * Number(connections) }, work));
transport.close();
