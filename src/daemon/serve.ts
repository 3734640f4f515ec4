// The daemon as it runs: what openDaemon joins, in front of it the server of API and page, beside it the log; opened and
// closed in that order. Every call of the table is answered here or at the door (http/server.ts): the compiler says so.

import { tmpdir } from 'node:os'
import type { Handlers, RouteName } from '../api/routes.ts'
import { CodedError } from '../base/errors.ts'
import { SystemClock } from '../platform/clock.ts'
import { NodeDisk } from '../platform/disk.ts'
import { openDaemon } from './daemon.ts'
import { DemoCalls } from './demo/demo-calls.ts'
import { type DoorCall, openServer } from './http/server.ts'
import { wholeFile } from './http/whole-file.ts'
import { libraryFile } from './library/library-file.ts'
import { LogFile } from './life/log-file.ts'
import type { Living } from './life/run-daemon.ts'
import { boundHandlers } from './machine/bound-handlers.ts'
import { openMachine } from './machine/open-machine.ts'
import { PAGE_FOLDER } from './page-folder.ts'
import { openRpc } from './rpc/open-rpc.ts'
import { rpcApi } from './rpc/rpc-api.ts'
import { usualSaveFolder } from './usual-save-folder.ts'

export interface ServeOptions {
  /** Exists, and is locked by us. */
  readonly stateFolder: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Of the command line, by key. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Ends the process in order. */
  shutdown(): void
}

export interface ServedDaemon extends Living {
  readonly log: LogFile
}

/** @throws SettingError, SocketError, ExitError, IpFilterError, DiskError, HttpError SERVER_NOT_LOCAL */
export async function serveDaemon(options: ServeOptions): Promise<ServedDaemon> {
  const { stateFolder, environment, shutdown } = options
  const clock = new SystemClock()
  let names = () => false
  const log = new LogFile({ stateFolder, names: () => names(), wallMs: () => clock.wallMs() })
  const daemon = await openDaemon({ stateFolder, environment, settings: options.settings, log })
  names = () => daemon.settings.values['server.logNames']
  const demo = new DemoCalls({ temporaryFolder: tmpdir(), stateFolder })
  let page = ''
  const saveFolder = (): string => daemon.settings.values['saving.folder'] || usualSaveFolder(environment)
  const { settings, feed } = daemon
  const machine = openMachine({ settings, stateFolder, environment, saveFolder, rows: () => feed.rows() })
  const answered: Handlers<Exclude<RouteName, DoorCall>> = {
    ...daemon.handlers,
    ...machine.handlers,
    ...demo.handlers,
    status: async (input, caller) => ({ ...(await daemon.handlers.status(input, caller)), page }),
    log: ({ last }) => ({ entries: log.last(last) }),
    shutdown: () => {
      shutdown()
      return {}
    },
  }
  const handlers = boundHandlers(answered, machine.allowed)
  const disk = new NodeDisk()
  // Who comes in by the RPC is a program, whose paths are bound.
  const rpc = openRpc({ handlers, feed })
  try {
    const server = await openServer({
      handlers,
      feed,
      settings,
      guard: daemon.guard,
      log,
      stateFolder,
      pageFolder: PAGE_FOLDER,
      disk,
      saveFolder,
      wholeFile: async (file) =>
        (await libraryFile(file.id, daemon.library, disk)) ??
        (await wholeFile(file, { handlers, feed, disk })),
      preview: (conversation, message) => daemon.files.preview(conversation, message),
      foreign: [rpcApi(rpc, () => settings.values['server.rpc'])],
    })
    page = server.url
    daemon.answersAt(server.port)
    log.write('info', 'started', { pid: process.pid })
    return {
      url: server.url,
      port: server.port,
      log,
      rereadSettings: async () => {
        try {
          await daemon.rereadSettings()
          log.write('info', 'settings-read-again')
        } catch (error) {
          // Its message quotes the file, in which there may be a password.
          const why = error instanceof CodedError ? error.code : 'UNKNOWN'
          log.write('error', 'settings-not-read', { why })
        }
      },
      close: async () => {
        // Nobody is heard any more while everything is brought to its end.
        rpc.close()
        await Promise.all([server.close(), demo.close(), daemon.close()])
        log.write('info', 'ended')
        await log.close()
      },
    }
  } catch (error) {
    await daemon.close()
    throw error
  }
}
