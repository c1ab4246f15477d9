const NAME = String.raw`[A-Za-z_][A-Za-z0-9_-]*`;
const INDEX = String.raw`(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?`;
const MODULES = new RegExp(`^module\\.${NAME}${INDEX}(?:\\.module\\.${NAME}${INDEX})*$`);
const RESOURCE = new RegExp(
  `^(?:module\\.${NAME}${INDEX}\\.)*(?:data\\.)?(?!(?:module|data)\\.)${NAME}\\.${NAME}${INDEX}$`,
);

/** Whether a text is an address as `-target` takes it: of a module, a resource, or one instance of either. */
export function isAddress(text: string): boolean {
  return MODULES.test(text) || RESOURCE.test(text);
}

/** An address as the configuration declares it, without the index of any instance. */
export function withoutIndexes(address: string): string {
  return address.replaceAll(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '');
}
