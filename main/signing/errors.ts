export type SigningErrorCode =
  | 'signing-field-missing'
  | 'signing-field-exists'
  | 'signing-field-taken'
  | 'signing-page-missing'
  | 'signing-font-unusable'
  | 'signing-not-prepared'
  | 'signing-certificate-unusable'
  | 'signing-key-unusable'
  | 'signing-room-too-small'
  | 'signing-not-the-approved-revision'
  | 'signing-revision-not-allowed'
  | 'signing-placeholder-missing'
  | 'signing-cms-does-not-match'
  | 'signing-stopped';

/** An expected failure of preparing or making a signature; `code` is for people, the message for the log. */
export class SigningError extends Error {
  readonly code: SigningErrorCode;

  constructor(code: SigningErrorCode, detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'SigningError';
    this.code = code;
  }
}
