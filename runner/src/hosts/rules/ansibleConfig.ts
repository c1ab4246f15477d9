/** What an `ansible.cfg` says, by `section.key`; keys in lower case. */
export type AnsibleConfig = ReadonlyMap<string, string>;

/**
 * Reads an `ansible.cfg` as Ansible does (Python's configparser): `=` or `:`, comments by `#` and `;`, an indented line
 * goes on with the value before it. What is no setting is passed over: Ansible itself will say what it thinks of it.
 */
export function parseAnsibleConfig(text: string): AnsibleConfig {
  const settings = new Map<string, string>();
  let section = '';
  let key: string | undefined;
  for (const line of text.replace(/^\ufeff/, '').split(/\r?\n/)) {
    if (/^\s*(?:[#;]|$)/.test(line)) continue;
    const value = line.replace(/(?:^|\s);.*$/, '').trim();
    const [, named] = /^\[([^\]]*)\]/.exec(line) ?? [];
    if (named !== undefined) [section, key] = [named, undefined];
    else if (/^\s/.test(line) && key !== undefined)
      settings.set(key, `${settings.get(key) ?? ''}\n${value}`.trim());
    else {
      const [, name, configured] = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(value) ?? [];
      key = name === undefined ? undefined : `${section}.${name.trim().toLowerCase()}`;
      if (key !== undefined) settings.set(key, configured ?? '');
    }
  }
  return settings;
}
