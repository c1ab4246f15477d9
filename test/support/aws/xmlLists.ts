/** A list of an XML answer, and what stands around it. */
export interface XmlList {
  readonly before: string;
  readonly inner: string;
  readonly after: string;
}

/** The first list of a name; an empty one at the end of the result where there is none. */
export function listOf(xml: string, name: string): XmlList {
  const empty = new RegExp(`<${name}\\s*/>`).exec(xml);
  if (empty !== null)
    return { before: xml.slice(0, empty.index), inner: '', after: xml.slice(empty.index + empty[0].length) };
  const [open, close] = [`<${name}>`, `</${name}>`];
  const from = xml.indexOf(open);
  const to = xml.lastIndexOf(close);
  if (from < 0 || to < 0) throw new Error(`no ${name} in ${xml.slice(0, 200)}`);
  return {
    before: xml.slice(0, from),
    inner: xml.slice(from + open.length, to),
    after: xml.slice(to + close.length),
  };
}

/** The elements that stand side by side in a piece of XML, each whole. */
export function childrenOf(xml: string): readonly string[] {
  const children: string[] = [];
  let depth = 0;
  let from = 0;
  for (const tag of xml.matchAll(/<(\/?)[A-Za-z][^>]*?(\/?)>/g)) {
    const [text, closing, alone] = tag;
    if (depth === 0) from = tag.index;
    if (closing === '/') depth -= 1;
    else if (alone !== '/') depth += 1;
    if (depth === 0) children.push(xml.slice(from, tag.index + text.length));
  }
  return children;
}
