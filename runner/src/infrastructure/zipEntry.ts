/**
 * The first bytes of one entry of a zip; the rest of it is not inflated, as an entry may be large.
 * @param name of the entry, e.g. `tfstate`
 * @param most bytes that are wanted
 * @returns fewer bytes where the entry is shorter; undefined where the zip has no such entry
 * @throws Error where the bytes are no zip, or one that is damaged
 */
export async function zipEntryHead(zip: Buffer, name: string, most: number): Promise<Buffer | undefined> {
  const { default: yauzl } = await import('yauzl');
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(zip, { lazyEntries: true }, (failure, file) => {
      if (failure !== null) return reject(failure);
      file.on('error', reject);
      file.on('end', () => resolve(undefined));
      file.on('entry', (entry: { readonly fileName: string }) => {
        if (entry.fileName !== name) return file.readEntry();
        file.openReadStream(entry as Parameters<typeof file.openReadStream>[0], (unreadable, stream) => {
          if (unreadable !== null) reject(unreadable);
          else firstBytes(stream, most).then(resolve, reject);
        });
      });
      file.readEntry();
    });
  });
}

async function firstBytes(stream: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= most) break;
  }
  return Buffer.concat(chunks).subarray(0, most);
}
