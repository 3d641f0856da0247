import { getSchema } from '@tiptap/core';
import StarterKit from '@tiptap/starter-kit';
import { prosemirrorJSONToYXmlFragment } from '@tiptap/y-tiptap';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { createDocumentClients } from '../../../common/collab/document-clients.ts';
import { shapeOf } from '../../../common/collab/document-shapes.ts';
import { minutesSection } from '../../../common/collab/minutes.ts';
import { judgeLive } from '../../../common/collab/write-check.ts';
import { asMemberId } from '../../../common/domain/ids.ts';

test('[WRITE-1] everything that the editor of the minutes writes is what minutes hold', () => {
  const words = (text: string, ...marks: string[]) => ({ type: 'text', text, marks: marks.map((type) => ({ type })) });
  const paragraph = (...content: object[]) => ({ type: 'paragraph', content });
  const list = (...content: object[]) => ({ type: 'bulletList', content: [{ type: 'listItem', content }] });
  const content = {
    type: 'doc',
    content: [
      paragraph(
        words('Chủ tọa ', 'bold'),
        words('kết luận', 'bold', 'italic'),
        { type: 'hardBreak' },
        words('như sau:'),
      ),
      list(paragraph(words('Thống nhất')), list(paragraph(words('với chỉnh sửa', 'italic')))),
      paragraph(),
    ],
  };
  const written = new Y.Doc();
  const read = new Y.Doc();
  const clients = createDocumentClients();
  written.on('update', (update: Uint8Array) => {
    const judgement = judgeLive(
      update,
      shapeOf('minutes'),
      asMemberId('00000000-0000-4000-8000-000000000001'),
      read,
      clients,
    );
    expect(judgement.verdict).toBe('apply');
    Y.applyUpdate(read, update);
  });
  prosemirrorJSONToYXmlFragment(getSchema([StarterKit]), content, minutesSection(written, 'opening'));
  expect(minutesSection(read, 'opening').toString()).toContain('Thống nhất');
});
