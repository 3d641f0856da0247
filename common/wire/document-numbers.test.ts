import { expect, it } from 'vitest';
import { numberedMessage } from './document-frames.ts';
import { createDocumentNumbers } from './document-numbers.ts';

const ASK = Uint8Array.of(0, 0, 1, 0);
const CLOSE = new Uint8Array(0);

it('[DOC-8] a document is called by its name until it has a number, and until it is closed', () => {
  const numbers = createDocumentNumbers();
  expect(numbers.outgoing('plan', ASK)).toEqual({ document: 'plan', message: ASK });
  expect(numbers.incoming({ document: 'plan', message: ASK })).toEqual({ document: 'plan', message: ASK });
  expect(numbers.incoming({ document: 'plan', message: numberedMessage(7) })).toBeNull();
  expect(numbers.incoming({ document: 7, message: ASK })).toEqual({ document: 'plan', message: ASK });
  expect(numbers.incoming({ document: 'plan', message: ASK })).toEqual({ document: 'plan', message: ASK });
  expect(numbers.outgoing('plan', ASK)).toEqual({ document: 7, message: ASK });

  expect(numbers.outgoing('plan', CLOSE)).toEqual({ document: 7, message: CLOSE });
  // Under way when it was closed.
  expect(numbers.incoming({ document: 7, message: ASK })).toBeNull();
  expect(numbers.outgoing('plan', ASK)).toEqual({ document: 'plan', message: ASK });
});

it('[DOC-8] a number given anew takes the place of the one before', () => {
  const numbers = createDocumentNumbers();
  numbers.outgoing('plan', ASK);
  numbers.incoming({ document: 'plan', message: numberedMessage(1) });
  numbers.incoming({ document: 'plan', message: numberedMessage(2) });
  expect(numbers.incoming({ document: 1, message: ASK })).toBeNull();
  expect(numbers.incoming({ document: 2, message: ASK })).toEqual({ document: 'plan', message: ASK });
});

it('[DOC-8] numbers of documents that are not open here are not kept, and one number is of one document', () => {
  const numbers = createDocumentNumbers();
  expect(numbers.incoming({ document: 'floor', message: numberedMessage(1) })).toBeNull();
  expect(numbers.incoming({ document: 1, message: ASK })).toBeNull();
  numbers.outgoing('plan', ASK);
  numbers.outgoing('minutes', ASK);
  numbers.incoming({ document: 'plan', message: numberedMessage(1) });
  expect(numbers.incoming({ document: 'minutes', message: numberedMessage(1) })).toBe('malformed');
  expect(numbers.incoming({ document: 'plan', message: Uint8Array.of(102) })).toBe('malformed');
  // Again the same: the host may have opened the document anew.
  expect(numbers.incoming({ document: 'plan', message: numberedMessage(1) })).toBeNull();
});

it('[DOC-8] closed and opened again before it had a number, a document gets the number of its last opening', () => {
  const numbers = createDocumentNumbers();
  numbers.outgoing('plan', ASK);
  expect(numbers.outgoing('plan', CLOSE).document).toBe('plan');
  numbers.outgoing('plan', ASK);
  // The carrying laptop has let go of this one when it opens the document again.
  expect(numbers.incoming({ document: 'plan', message: numberedMessage(1) })).toBeNull();
  expect(numbers.outgoing('plan', ASK).document).toBe('plan');
  expect(numbers.incoming({ document: 'plan', message: numberedMessage(2) })).toBeNull();
  expect(numbers.outgoing('plan', ASK).document).toBe(2);

  // Neither an opening that was refused nor a closing that nobody needed counts.
  numbers.outgoing('floor', CLOSE);
  numbers.outgoing('floor', ASK);
  numbers.incoming({ document: 'floor', message: CLOSE });
  numbers.outgoing('floor', CLOSE);
  numbers.outgoing('floor', ASK);
  numbers.incoming({ document: 'floor', message: numberedMessage(3) });
  expect(numbers.outgoing('floor', ASK).document).toBe(3);
});
