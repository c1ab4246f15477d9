import { readFileSync } from 'node:fs';
import { expect } from 'chai';

const role = 'ansible/roles/wordpress';
const read = (path: string) => readFileSync(path, 'utf8');
const numbersIn = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, code]) => Number(code));

describe('the role wordpress', () => {
  it('documents each exit code that its wait for the database has', () => {
    const [, table = ''] = /AUTOMATION_STACK_EXITS = \[([^\]]*)\]/.exec(read(`${role}/files/database.php`)) ?? [];
    const codes = numbersIn(table, /=> (\d+)/g);
    const [, chapter = ''] = /## Exit codes\n([^]*?)\n## /.exec(read(`${role}/README.md`)) ?? [];
    expect(codes).not.to.be.empty;
    expect(new Set(codes).size, 'a code for each reason').to.equal(codes.length);
    expect(numbersIn(chapter, /^\| (\d+) /gm)).to.have.members(codes);
  });

  it('documents each setting that is read, and reads each that is documented', () => {
    const files = [
      'files/settings.php',
      'files/database.php',
      'files/health.php',
      'templates/config-default.php.j2',
      'templates/wordpress-install.j2',
    ];
    const text = files.map((file) => read(`${role}/${file}`)).join('\n');
    const [, chapter = ''] = /## Settings\n([^]*?)\n## /.exec(read(`${role}/README.md`)) ?? [];
    const documented = [...new Set(chapter.match(/WORDPRESS_[A-Z_]+/g))];
    const whole = [...new Set(text.match(/WORDPRESS_[A-Z][A-Z_]*[A-Z]/g))];
    expect(whole.filter((name) => !documented.includes(name))).to.deep.equal([]);
    // Some are put together: `WORDPRESS_$name` of the installer, and the eight keys.
    const parts = [...new Set(text.match(/'[A-Z_]+'/g))].map((part) => `WORDPRESS_${part.slice(1, -1)}`);
    const read_ = [...whole, ...parts, 'WORDPRESS_AUTH_KEY'];
    expect(documented.filter((name) => !read_.includes(name))).to.deep.equal([]);
  });

  it('lets nobody install WordPress who comes first, and runs no upload', () => {
    const site = read(`${role}/templates/site.conf.j2`);
    expect(site).to.match(/wp-admin\/\(install\|setup-config\)\\\.php[^]*Require all denied/);
    expect(site).to.match(/uploads\/[^]*?ph\(p[^]*?Require all denied/);
  });
});
