import { StackError } from './errors.js';

/**
 * A path as it stands between double quotes in an option of OpenSSH, which reads `%h` and the like, backslashes and
 * variables in it.
 * @throws StackError CONFIG_INVALID for what OpenSSH cannot be told: `${`, a line break
 */
export function sshPath(path: string): string {
  if (/\$\{|[\r\n\0]/.test(path)) {
    throw new StackError('CONFIG_INVALID', `ssh cannot take the path ${JSON.stringify(path)}`, {
      where: path,
      next: 'Give the file, or its folder, a name without ${ and line breaks.',
    });
  }
  return path.replaceAll('%', '%%').replace(/["\\]/g, '\\$&');
}
