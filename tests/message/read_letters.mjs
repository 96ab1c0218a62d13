// Reads letters as npm's mailparser does. In: a JSON list of letters in base64.
// Out: a JSON list of what each says. The first argument is the folder that holds node_modules.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const fromNode = createRequire(`${process.argv[2]}/`);
const { simpleParser } = fromNode("mailparser");
const libmime = fromNode("libmime"); // mailparser's own, which it spares List-*
const mailbox = ({ value: [{ name, address }] }) => [name, address];
const read = [];
for (const letter of JSON.parse(readFileSync(0, "utf8"))) {
  const parsed = await simpleParser(Buffer.from(letter, "base64"), {
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipTextLinks: true,
  });
  const { id, unsubscribe } = parsed.headers.get("list");
  read.push({
    subject: parsed.subject,
    from: mailbox(parsed.from),
    to: mailbox(parsed.to),
    list_id: [libmime.decodeWords(id.name), id.id],
    list_unsubscribe:
      `<${unsubscribe.url}>` + (unsubscribe.mail ? `, <mailto:${unsubscribe.mail}>` : ""),
    text: parsed.text,
    html: parsed.html,
  });
}
process.stdout.write(JSON.stringify(read));
