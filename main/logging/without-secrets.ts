/** The last net below the rule that nobody logs such things; it catches forms, not meanings. */
const SECRET_FORMS = [
  /-----BEGIN [A-Z ]+-----[\s\S]*?(-----END [A-Z ]+-----|$)/g,
  // JWS and other runs of base64url (keys, signatures, updates); hashes in hexadecimal are names and stay.
  /(?<![\w+-])(?![0-9a-f]{64}(?![\w+-]))[\w+-]{40,}={0,2}(\.[\w+-]+={0,2})*/g,
];
const SECRET_NAMES = /pin$|password|passphrase|secret|token|private|vault|archive|signature|^key$|keypem|body|content/i;

/** `text` without what looks like a key, a signature or an entry, at most `limit` characters, on one line. */
export function withoutSecrets(text: string, limit: number): string {
  const start = text.length > 4 * limit ? text.slice(0, 4 * limit) : text;
  const clean = SECRET_FORMS.reduce((rest, form) => rest.replace(form, '[withheld]'), start);
  // Line ends and control characters would let a peer's text pass as lines of ours.
  const line = clean.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
}

export const isSecretName = (name: string): boolean => SECRET_NAMES.test(name);
