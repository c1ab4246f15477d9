/** Whether a text is one public key as OpenSSH writes it, of a type that EC2 takes. A private key must never be sent. */
export const isPublicKey = (text: string): boolean =>
  /^(?:ssh-ed25519|ssh-rsa) [A-Za-z0-9+/]+={0,2}(?: [^\n]*)?\n?$/.test(text);
