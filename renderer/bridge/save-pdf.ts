import type { RequestInput } from '../../common/contract/requests.ts';
import { notify, notifyFailure } from '../ui/notify.ts';
import { askDesktop, request } from './phien.ts';

type Saved = 'lists.attendance' | 'lists.vote' | 'lists.invitation';

/** Asks where to, and has the engine print it there; says that it was done, or why not. */
export async function savePdf<Name extends Saved>(
  name: Name,
  title: string,
  input: Omit<RequestInput<Name>, 'path'>,
): Promise<void> {
  try {
    const path = await askDesktop('desktop.chooseSaveFile', {
      title,
      suggestedName: `${title}.pdf`.replaceAll(/[\\/:*?"<>|]/g, ' '),
      filterName: 'PDF',
      extensions: ['pdf'],
    });
    if (path === null) return;
    await request(name, { ...input, path } as RequestInput<Name>);
    notify('success', 'meeting.listSaved', { name: title });
  } catch (error) {
    notifyFailure(error);
  }
}
