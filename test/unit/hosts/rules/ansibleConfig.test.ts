import { expect } from 'chai';
import { parseAnsibleConfig } from '../../../../runner/src/hosts/rules/ansibleConfig.js';

const read = (text: string) => Object.fromEntries(parseAnsibleConfig(text));

describe('an ansible.cfg', () => {
  it('has settings by section, with `=` or `:`, keys in lower case', () => {
    expect(
      read(
        '[defaults]\nRemote_User = ada\nforks: 5\nurl=http://x:80/?a=b\n[ssh_connection]\npipelining=True\n',
      ),
    ).to.deep.equal({
      'defaults.remote_user': 'ada',
      'defaults.forks': '5',
      'defaults.url': 'http://x:80/?a=b',
      'ssh_connection.pipelining': 'True',
    });
  });

  it('has comments on lines of their own, and by `;` after white space', () => {
    expect(read('[a]\n# b = c\n  ; d = e\nf = g ; h\ni = j;k\nl = m # n\no = \n; p\n')).to.deep.equal({
      'a.f': 'g',
      'a.i': 'j;k',
      'a.l': 'm # n',
      'a.o': '',
    });
  });

  it('goes on with a value on indented lines, until another key or section begins', () => {
    expect(read('[a]\nb = c\n  d = e\n\tf\ng =\n  h\n[i]\n  j = k\n')).to.deep.equal({
      'a.b': 'c\nd = e\nf',
      'a.g': 'h',
      'i.j': 'k',
    });
  });

  it('may begin with a byte order mark and end its lines as Windows does', () => {
    expect(read('\ufeff[a]\r\nb = c\r\n')).to.deep.equal({ 'a.b': 'c' });
  });

  it('keeps a semicolon, an equals sign and a mark that are within a value', () => {
    expect(read('[a]\nb = c ;d ; e\nf = =\ng = x\ufeffh\n; i = j\nk  =  l\n')).to.deep.equal({
      'a.b': 'c',
      'a.f': '=',
      'a.g': 'x\ufeffh',
      'a.k': 'l',
    });
  });

  it('goes on with a value over an empty line', () => {
    expect(read('[a]\nb = c\n\n   \n  d\n')).to.deep.equal({ 'a.b': 'c\nd' });
  });

  it('has what is no setting passed over, with what would go on with it', () => {
    expect(read('[a]\nb = c\nnonsense\n  more\nd = e\n= f\nx[y] = z\n[] rest\nk = l\n')).to.deep.equal({
      'a.b': 'c',
      'a.d': 'e',
      'a.x[y]': 'z',
      '.k': 'l',
    });
  });
});
