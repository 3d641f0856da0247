import { ChangeNotKept } from '../common/collab/document-connection.ts';
import { portErrors, Refusal } from '../common/contract/port.ts';
import type { RequestName } from '../common/contract/requests.ts';
import type { EngineHandlers } from './engine-port.ts';
import type { Logger } from './logging/logger.ts';
import type { Laptop } from './meetings/laptop.ts';
import { asStoreError } from './store/store-error.ts';

/** What the engine does for windows, by a laptop. */
export function engineHandlers(laptop: Laptop, logger: Pick<Logger, 'error'>): EngineHandlers {
  return {
    request: (name, input) => laptop.request(name as RequestName, input),
    openDocument(name, document) {
      const connection = laptop.openDocument(
        name,
        (message) => document.send(message),
        () => {
          connection.close();
          document.close(portErrors.unknownDocument);
        },
      );
      document.onMessage((bytes) => {
        const refused = refusal(() => connection.receive(bytes));
        if (refused === undefined) return;
        connection.close();
        document.close(refused);
      });
      document.onClose(() => connection.close());
    },
    subscribe: (name, emit) => laptop.subscribe(name, emit),
    onDefect(what, error) {
      if (!(error instanceof Refusal)) logger.error('defect', { what }, error);
    },
  };

  /** Why a message of a window was not taken: what it may not do, or what the disk does not take. */
  function refusal(receive: () => boolean): string | undefined {
    try {
      return receive() ? undefined : 'document-refused';
    } catch (error) {
      if (!(error instanceof ChangeNotKept)) throw error;
      const known = asStoreError(error.cause);
      if (!known) logger.error('defect', { what: 'storing a change' }, error.cause);
      return known?.code ?? portErrors.internal;
    }
  }
}
