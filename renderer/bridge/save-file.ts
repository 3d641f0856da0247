import { fileName } from '../../common/contract/file-name.ts';
import { askDesktop } from './phien.ts';

/** Asks where a file is to be saved, suggesting `name`, however long; null: nowhere. */
export const chooseSaveFile = (input: {
  /** Of the dialog. */
  readonly title: string;
  readonly name: string;
  readonly filterName: string;
  readonly ending: string;
}): Promise<string | null> =>
  askDesktop('desktop.chooseSaveFile', {
    title: input.title,
    suggestedName: fileName(input.name, input.ending),
    filterName: input.filterName,
    extensions: [input.ending],
  });
