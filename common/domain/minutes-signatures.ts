/** Names of the signature fields in minutes: the secretary signs first and certifies, the chair signs last and locks. */
export const SIGNATURE_FIELDS = { secretary: 'Secretary', chair: 'Chair' } as const;
