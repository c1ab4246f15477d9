/**
 * Terraform addresses: `module.db["eu"].aws_db_instance.main[0]`.
 * Syntax: https://developer.hashicorp.com/terraform/cli/state/resource-addressing
 */

const NAME = String.raw`[A-Za-z_][A-Za-z0-9_-]*`;
const INDEX = String.raw`(?:\[(?:\d+|"(?:[^"\\]|\\.)*")\])?`;
const MODULES = new RegExp(`^module\\.${NAME}${INDEX}(?:\\.module\\.${NAME}${INDEX})*$`);
const RESOURCE = new RegExp(
  `^(?:module\\.${NAME}${INDEX}\\.)*(?:data\\.)?(?!(?:module|data)\\.)${NAME}\\.${NAME}${INDEX}$`,
);

/** Parts between the dots, each with its index; dots inside of a quoted key divide nothing. */
export function addressParts(address: string): readonly string[] {
  return address.match(/(?:[^.["]+|\["(?:[^"\\]|\\.)*"\]|\[[^\]"]*\]|["[])+/g) ?? [];
}

/** An address without the index of its last part: `aws_s3_bucket.logs["a"]` → `aws_s3_bucket.logs`. */
export function withoutIndex(address: string): string {
  return address.replace(/(?:\["(?:[^"\\]|\\.)*"\]|\[[^\]"]*\])$/, '');
}

/**
 * True where `outer` is the address itself, all instances of it, or a module that it is in. Modules and resources with
 * `count` or `for_each` are meant whole where no index is given.
 */
export function isInside(address: string, outer: string): boolean {
  const inner = addressParts(address);
  const parts = addressParts(outer);
  if (parts.length === 0 || parts.length > inner.length) return false;
  const isModule =
    parts.length % 2 === 0 && parts.every((part, index) => index % 2 === 1 || part === 'module');
  if (parts.length < inner.length && !isModule) return false;
  return parts.every((part, index) => part === inner[index] || part === withoutIndex(inner[index] ?? ''));
}

/**
 * True where a person may mean this address by `name`: the address, its last parts, and each without the last index.
 * `main` is `module.db.aws_db_instance.main[0]`.
 */
export function isNamed(address: string, name: string): boolean {
  const parts = addressParts(address);
  const named = addressParts(name);
  if (named.length === 0 || named.length > parts.length) return false;
  const end = parts.slice(-named.length).join('.');
  return end === name || withoutIndex(end) === name;
}

/** Whether a text is an address as `-target` takes it: of a module, a resource, or one instance of either. */
export function isAddress(text: string): boolean {
  return MODULES.test(text) || RESOURCE.test(text);
}

/** An address as the configuration declares it, without the index of any instance. */
export function withoutIndexes(address: string): string {
  return address.replaceAll(/\[(?:\d+|"(?:[^"\\]|\\.)*")\]/g, '');
}
