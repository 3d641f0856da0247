import type { RequestInput } from '../../common/contract/requests.ts';
import { notify, notifyFailure } from '../ui/notify.ts';
import { request } from './phien.ts';
import { chooseSaveFile } from './save-file.ts';

type Saved = 'lists.attendance' | 'lists.vote' | 'lists.invitation';

/** Asks where a list of that kind is to be saved, and has the engine print it there; says that it was done, or why not. */
export async function savePdf<Name extends Saved>(
  list: Name,
  kind: string,
  of: string,
  input: Omit<RequestInput<Name>, 'path'>,
): Promise<void> {
  const name = `${kind} - ${of}`;
  try {
    const path = await chooseSaveFile({
      title: kind,
      name,
      filterName: 'PDF',
      ending: 'pdf',
    });
    if (path === null) return;
    await request(list, { ...input, path } as RequestInput<Name>);
    notify('success', 'meeting.listSaved', { name });
  } catch (error) {
    notifyFailure(error);
  }
}
