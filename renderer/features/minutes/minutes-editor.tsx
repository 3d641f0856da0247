import { Button } from '@fluentui/react-components';
import { TextBold20Regular, TextBulletList20Regular, TextItalic20Regular } from '@fluentui/react-icons';
import Collaboration from '@tiptap/extension-collaboration';
import { EditorContent, useEditor, useEditorState, type Editor } from '@tiptap/react';
import StarterKit from '@tiptap/starter-kit';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type * as Y from 'yjs';
import { minutesSection, type MinutesSection } from '../../../common/collab/minutes.ts';
import './editor.css';
import styles from './minutes.module.css';
import { ShallowLists } from './shallow-lists.ts';

/** Free text of one section: what the printed form knows, and nothing else. */
export function MinutesEditor(props: {
  readonly doc: Y.Doc;
  readonly section: MinutesSection;
  readonly editable: boolean;
  readonly label: string;
}) {
  const { t } = useTranslation();
  const { doc, section, editable, label } = props;
  const editor = useEditor(
    {
      // The policy of the page lets no unmarked style in; editor.css has what is needed.
      injectCSS: false,
      editable,
      extensions: [
        StarterKit.configure({
          // Collaboration brings an undo history that leaves others' text alone.
          undoRedo: false,
          heading: false,
          blockquote: false,
          code: false,
          codeBlock: false,
          horizontalRule: false,
          link: false,
          orderedList: false,
          strike: false,
          underline: false,
          // Its caret at dropped places is drawn with an inline style sheet.
          dropcursor: false,
          gapcursor: false,
        }),
        ShallowLists,
        Collaboration.configure({ fragment: minutesSection(doc, section) }),
      ],
      editorProps: {
        attributes: {
          role: 'textbox',
          'aria-multiline': 'true',
          'aria-label': label,
          lang: 'vi',
          'data-testid': `minutes-text-${section}`,
        },
      },
    },
    [doc, section],
  );

  useEffect(() => {
    editor?.setEditable(editable);
  }, [editor, editable]);

  if (editor === null) return null;
  if (!editable && editor.isEmpty) return <p className={styles['quiet']}>{t('minutes.noText')}</p>;
  return (
    <div className={editable ? styles['editor'] : styles['readOnly']}>
      {editable ? <Tools editor={editor} /> : null}
      <EditorContent editor={editor} />
    </div>
  );
}

function Tools({ editor }: { readonly editor: Editor }) {
  const { t } = useTranslation();
  const active = useEditorState({
    editor,
    selector: ({ editor: current }) => ({
      bold: current.isActive('bold'),
      italic: current.isActive('italic'),
      list: current.isActive('bulletList'),
    }),
  });
  return (
    <div className={styles['tools']} role="toolbar" aria-label={t('minutes.tools')}>
      <Button
        appearance="subtle"
        icon={<TextBold20Regular />}
        aria-label={t('minutes.bold')}
        aria-pressed={active.bold}
        onClick={() => editor.chain().focus().toggleBold().run()}
      />
      <Button
        appearance="subtle"
        icon={<TextItalic20Regular />}
        aria-label={t('minutes.italic')}
        aria-pressed={active.italic}
        onClick={() => editor.chain().focus().toggleItalic().run()}
      />
      <Button
        appearance="subtle"
        icon={<TextBulletList20Regular />}
        aria-label={t('minutes.list')}
        aria-pressed={active.list}
        onClick={() => editor.chain().focus().toggleBulletList().run()}
      />
    </div>
  );
}
