import { BrowserWindow, dialog, ipcMain } from 'electron';
import { z } from 'zod';

import type { Answer, DesktopRequestName, DesktopRequests } from '../../common/contract/bridge.ts';
import { withoutForbidden } from '../../common/contract/file-name.ts';
import { portErrors } from '../../common/contract/port.ts';
import { appOrigin } from './scheme.ts';
import type { Windows } from './windows.ts';

type Handlers = {
  [N in DesktopRequestName]: (
    input: DesktopRequests[N]['input'],
    window: BrowserWindow,
  ) => Promise<DesktopRequests[N]['output']> | DesktopRequests[N]['output'];
};

const text = z.string().max(300);
const extensions = z.array(z.string().regex(/^[a-z0-9-]{1,20}$/)).max(20);
const nothing = z.strictObject({});
const inputSchemas: { [N in DesktopRequestName]: z.ZodType<DesktopRequests[N]['input']> } = {
  'desktop.chooseFiles': z.strictObject({ title: text, filterName: text, extensions, several: z.boolean() }),
  'desktop.chooseSaveFile': z.strictObject({ title: text, suggestedName: text, filterName: text, extensions }),
  'desktop.openRoomWindow': z.strictObject({ meeting: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/) }),
  'desktop.closeRoomWindow': nothing,
  'desktop.restartEngine': nothing,
  'desktop.setFullScreen': z.strictObject({ on: z.boolean() }),
};

/** The only place that listens to `ipcMain`: checks who asks (a window of ours, its top frame, our page) and what. */
export function answerDesktopRequests(windows: Windows, restartEngine: () => void): void {
  const handlers: Handlers = {
    async 'desktop.chooseFiles'(input, window) {
      const properties: ('openFile' | 'multiSelections')[] = input.several
        ? ['openFile', 'multiSelections']
        : ['openFile'];
      const { canceled, filePaths } = await dialog.showOpenDialog(window, {
        title: input.title,
        properties,
        filters: [{ name: input.filterName, extensions: [...input.extensions] }],
      });
      return canceled ? [] : filePaths;
    },
    async 'desktop.chooseSaveFile'(input, window) {
      const { canceled, filePath } = await dialog.showSaveDialog(window, {
        title: input.title,
        defaultPath: withoutForbidden(input.suggestedName),
        filters: [{ name: input.filterName, extensions: [...input.extensions] }],
      });
      return canceled || !filePath ? null : filePath;
    },
    'desktop.openRoomWindow'({ meeting }) {
      windows.openRoom({ meeting });
      return null;
    },
    'desktop.closeRoomWindow'() {
      windows.closeRoom();
      return null;
    },
    'desktop.restartEngine'() {
      restartEngine();
      return null;
    },
    'desktop.setFullScreen'({ on }, window) {
      window.setFullScreen(on);
      return null;
    },
  };

  ipcMain.handle('phien:desktop', async (event, name: unknown, input: unknown): Promise<Answer> => {
    const window = BrowserWindow.fromWebContents(event.sender);
    const ours = window !== null && windows.kindOf(event.sender) !== undefined;
    if (!ours || event.senderFrame !== event.sender.mainFrame || !event.senderFrame.url.startsWith(`${appOrigin}/`)) {
      return { ok: false, error: { code: portErrors.unknownRequest } };
    }
    if (typeof name !== 'string' || !Object.hasOwn(handlers, name))
      return { ok: false, error: { code: portErrors.unknownRequest } };
    return await perform(name as DesktopRequestName, input, window);
  });

  async function perform<N extends DesktopRequestName>(
    name: N,
    input: unknown,
    window: BrowserWindow,
  ): Promise<Answer> {
    const parsed = inputSchemas[name].safeParse(input);
    if (!parsed.success) return { ok: false, error: { code: portErrors.badInput } };
    try {
      return { ok: true, output: await handlers[name](parsed.data, window) };
    } catch (error) {
      console.error(name, error);
      return { ok: false, error: { code: portErrors.internal } };
    }
  }
}
