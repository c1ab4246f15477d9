import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TemplateText } from '../rules/packerTemplate.js';

/** The files that Packer reads as the template: one, or those of a folder; none where there is no such file. */
export function templateTexts(template: string): readonly TemplateText[] {
  const files = isDirectory(template)
    ? readdirSync(template)
        .filter((file) => /\.pkr\.(?:hcl|json)$/.test(file))
        .map((file) => join(template, file))
    : isFile(template)
      ? [template]
      : [];
  return files.sort().map((path) => ({ path: basename(path), text: readFileSync(path, 'utf8') }));
}

/** Whether there is a folder of this path, links followed. */
export const isDirectory = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;
