import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { didYouMean } from '../base/nearest.js';
import { rawAt, rawList, rawMap, rawText, type Remark } from '../config/raw.js';
import { ofPath, type Path } from '../config/path.js';
import { templateTexts } from '../release/packer/template.js';
import { templateFacts } from '../release/rules/packerTemplate.js';

/** Where the paths of a configuration start, and how its references to the environment are filled in. */
export interface ImagePlaces {
  readonly directory: string;
  /** @returns undefined where a text refers to something that is not known here */
  readonly known: (text: string) => string | undefined;
}

/**
 * What an image of Packer names and what is not there: its template, playbook and inputs, and variables that the template
 * does not declare.
 * @param image as it is written; it need not be valid
 */
export function packerRemarks(name: string, image: unknown, places: ImagePlaces): readonly Remark[] {
  const here = ['images', name];
  const absent = (path: Path, text: string | undefined, what: string): readonly Remark[] => {
    const file = text === undefined ? undefined : places.known(text);
    if (file === undefined || existsSync(resolve(places.directory, file))) return [];
    return [{ path, words: ofPath(`there is no ${what} ${file}`), level: 'error' }];
  };
  const template = rawText(rawAt(image, ['template']));
  return [
    ...absent([...here, 'template'], template, 'template'),
    ...absent([...here, 'playbook'], rawText(rawAt(image, ['playbook'])), 'playbook'),
    ...rawList(rawAt(image, ['inputs'])).flatMap((input, index) =>
      absent([...here, 'inputs', index], rawText(input), 'file or folder'),
    ),
    ...undeclared(here, image, template === undefined ? undefined : places.known(template), places),
  ];
}

function undeclared(
  here: Path,
  image: unknown,
  template: string | undefined,
  { directory }: ImagePlaces,
): readonly Remark[] {
  const texts = template === undefined ? [] : templateTexts(resolve(directory, template));
  if (texts.length === 0) return [];
  const { variables } = templateFacts(texts);
  return ['variables', 'secrets'].flatMap((key) =>
    Object.keys(rawMap(rawAt(image, [key])))
      .filter((variable) => !variables.includes(variable))
      .map((variable): Remark => {
        const known = didYouMean(variable, variables) || ` It declares: ${variables.join(', ') || 'none'}.`;
        const words = ofPath(`${template} declares no variable "${variable}".${known}`);
        return { path: [...here, key, variable], words, level: 'error' };
      }),
  );
}
