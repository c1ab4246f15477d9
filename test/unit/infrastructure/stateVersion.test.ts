import { expect } from 'chai';
import { plannedState } from '../../../runner/src/infrastructure/stateVersion.js';

/** Zips that were streamed, as Terraform writes them: an entry's length stands after it and in the directory only. */
const DEFLATED =
  'UEsDBBQACAAIAAAAIVAAAAAAAAAAAAAAAAAGAAAAdGZwbGFuK8hJzAMAUEsHCH1bWt0GAAAABAAAAFBLAwQUAAgACAAAACFQAAAAAAAAAAAAAAAABwAAAHRmc3RhdGVFiksKgCAQQPedQlxXFAR9rhIRg0whmMaobcS7p7Zo+T6hYow/SFYazRc21JkdEsFh6Nr/wvt2bideukWSoJIcCyqpEU4s09GJBuDbjHe3dzb5EIsgtMaTwKzWrYovUEsHCGiFcKBeAAAAfQAAAFBLAQIUAxQACAAIAAAAIVB9W1rdBgAAAAQAAAAGAAAAAAAAAAAAAACAAQAAAAB0ZnBsYW5QSwECFAMUAAgACAAAACFQaIVwoF4AAAB9AAAABwAAAAAAAAAAAAAAgAE6AAAAdGZzdGF0ZVBLBQYAAAAAAgACAGkAAADNAAAAAAA=';
const STORED =
  'UEsDBBQACAAAAAAAIVAAAAAAAAAAAAAAAAAGAAAAdGZwbGFucGxhblBLBwh9W1rdBAAAAAQAAABQSwMEFAAIAAAAAAAhUAAAAAAAAAAAAAAAAAcAAAB0ZnN0YXRlewogICJ2ZXJzaW9uIjogNCwKICAidGVycmFmb3JtX3ZlcnNpb24iOiAiMS45LjgiLAogICJzZXJpYWwiOiA3LAogICJsaW5lYWdlIjogIjFmMGMtYWEiLAogICJvdXRwdXRzIjoge30sCiAgInJlc291cmNlcyI6IFtdCn1QSwcIaIVwoH0AAAB9AAAAUEsBAhQDFAAIAAAAAAAhUH1bWt0EAAAABAAAAAYAAAAAAAAAAAAAAIABAAAAAHRmcGxhblBLAQIUAxQACAAAAAAAIVBohXCgfQAAAH0AAAAHAAAAAAAAAAAAAACAATgAAAB0ZnN0YXRlUEsFBgAAAAACAAIAaQAAAOoAAAAAAA==';
const WITHOUT_STATE =
  'UEsDBBQACAAIAAAAIVAAAAAAAAAAAAAAAAAGAAAAdGZwbGFuK8hJzAMAUEsHCH1bWt0GAAAABAAAAFBLAwQUAAgACAAAACFQAAAAAAAAAAAAAAAABQAAAG90aGVyRYpLCoAgEED3nUJcVxQEfa4SEYNMIZjGqG3Eu6e2aPk+oWKMP0hWGs0XNtSZHRLBYeja/8L7dm4nXrpFkqCSHAsqqRFOLNPRiQbg24x3t3c2+RCLILTGk8Cs1q2KL1BLBwhohXCgXgAAAH0AAABQSwECFAMUAAgACAAAACFQfVta3QYAAAAEAAAABgAAAAAAAAAAAAAAgAEAAAAAdGZwbGFuUEsBAhQDFAAIAAgAAAAhUGiFcKBeAAAAfQAAAAUAAAAAAAAAAAAAAIABOgAAAG90aGVyUEsFBgAAAAACAAIAZwAAAMsAAAAAAA==';
/** The state is 170 KB. */
const LARGE =
  'UEsDBBQACAAIAAAAIVAAAAAAAAAAAAAAAAAGAAAAdGZwbGFuK8hJzAMAUEsHCH1bWt0GAAAABAAAAFBLAwQUAAgACAAAACFQAAAAAAAAAAAAAAAABwAAAHRmc3RhdGXtzU2KwkAQgNG9pwhZqzgw4M9VRIZGWgmokU4iQvDu07YLL+BKXu/qq+L1OKmq+hZT17SXelP9Tp9zH1MKhzad/96b+me+nq/qsu9iasIpx2UZT80lhmMsR4fFfhbC66wd+uvQd7mPjxJS7Noh7eMzbXPI6f7hV37mcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5XK5XC6Xy+VyuVwul8vlcrlcLpfL5X6fm9nd5PEPUEsHCJ1+wnjUAgAA/68CAFBLAQIUAxQACAAIAAAAIVB9W1rdBgAAAAQAAAAGAAAAAAAAAAAAAACAAQAAAAB0ZnBsYW5QSwECFAMUAAgACAAAACFQnX7CeNQCAAD/rwIABwAAAAAAAAAAAAAAgAE6AAAAdGZzdGF0ZVBLBQYAAAAAAgACAGkAAABDAwAAAAA=';

const bytes = (text: string) => Buffer.from(text, 'base64');

describe('the state that a plan was made on', () => {
  for (const [what, plan] of Object.entries({ deflated: DEFLATED, stored: STORED, large: LARGE }))
    it(`is read from the plan file, where it is ${what}`, async () => {
      expect(await plannedState(bytes(plan))).to.deep.equal({ serial: 7, lineage: '1f0c-aa' });
    });

  it('is unknown where the plan file holds none', async () => {
    expect(await plannedState(bytes(WITHOUT_STATE))).to.equal(undefined);
  });

  it('is unknown where the file is no plan', async () => {
    expect(await plannedState(Buffer.from('no zip'))).to.equal(undefined);
    expect(await plannedState(Buffer.alloc(0))).to.equal(undefined);
  });

  it('is unknown where the plan file is cut off or damaged', async () => {
    expect(await plannedState(bytes(DEFLATED).subarray(0, 200))).to.equal(undefined);
    const damaged = bytes(DEFLATED);
    damaged.fill(0xff, 110, 140);
    expect(await plannedState(damaged)).to.equal(undefined);
  });
});
