import { printable } from './text.js';

/** Text for people, on one line: it formats nothing, calls nobody, links nothing and closes nothing. */
export function markdown(text: string): string {
  return (
    printable(text)
      .replace(/\s+/g, ' ')
      .trim()
      .replace(/[\\`*_{}[\]<>()~|$]/g, '\\$&')
      .replace(/&/g, '&amp;')
      // What makes a heading, a list, a quote or a command of GitLab at the beginning of a line.
      .replace(/^([-+=/]|\d+[.)])/, '\\$1')
      // People and issues would hear of it; a character without width keeps the text as it reads.
      .replace(/[@#!%](?=[\w-])/g, '$&\u200b')
  );
}

/** Text between backticks, on one line. */
export function code(text: string): string {
  const inside = printable(text).replace(/\s+/g, ' ').trim().replaceAll('`', "'");
  return inside === '' ? '' : `\`${inside}\``;
}

/** Lines as they are: the fence is longer than any in them, and GitLab takes none of them for a command. */
export function fenced(lines: readonly string[]): string {
  const text = lines.map((line) => printable(line).replace(/^\//, ' /'));
  const longest = Math.max(
    0,
    ...text.flatMap((line) => [...line.matchAll(/`+/g)].map(([run]) => run.length)),
  );
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return [`${fence}text`, ...text, fence].join('\n');
}

/** A link where the address is one of the web, else the words alone. */
export function link(words: string, address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.password !== '') return markdown(words);
  const escaped = url.href.replace(
    /[()<>[\]\s"'\\|*_~`]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `[${markdown(words)}](${escaped})`;
}
