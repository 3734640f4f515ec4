// People as the daemon has them: the link to their process, opened by the settings, and the calls about them.
// Promise: what leaves from there leaves by the same way as transfers, or not at all.

import { existsSync } from 'node:fs'
import path from 'node:path'
import type { PeopleRouteName } from '../../api/people-routes.ts'
import type { Handlers } from '../../api/routes.ts'
import type { PeopleChange } from '../../api/schemas/events.ts'
import type { Millis } from '../../base/ids.ts'
import type { Clock } from '../../base/ports.ts'
import { NodeGateways } from '../../platform/gateways.ts'
import { SystemSignatures } from '../../platform/signatures.ts'
import type { PeopleFacts } from '../doctor/people-check.ts'
import type { EngineHost } from '../engine-host.ts'
import type { Log } from '../log.ts'
import type { Memory } from '../memory.ts'
import type { Applying } from '../settings/applying.ts'
import { engineWish } from '../settings/engine-wish.ts'
import type { SettingsStore } from '../settings/settings-store.ts'
import { IDENTITY_FILE } from './identity-file.ts'
import type { Answerers } from './people-child.ts'
import { peopleDht } from './people-dht.ts'
import { PeopleError } from './people-error.ts'
import { peopleHandlers } from './people-handlers.ts'
import { PeopleLink } from './people-link.ts'
import type { PeoplePlan, PeopleSettings } from './people-messages.ts'
import { PeoplePorts } from './people-ports.ts'

export interface PeopleSurroundings {
  readonly stateFolder: string
  readonly clock: Clock
  readonly log: Log
  readonly settings: SettingsStore
  readonly memory: Memory
  readonly applying: () => Applying
  readonly host: EngineHost
  /** What other parts answer. */
  readonly asks: Answerers
  changed(change: PeopleChange): void
  unwritten(error: unknown): void
}

/** The daemon answers first; reading the code of the network takes a second of a processor. */
const BEGIN_AFTER_MS = 500

export class PeopleSide {
  readonly link: PeopleLink
  readonly handlers: Handlers<PeopleRouteName>
  readonly #around: PeopleSurroundings
  readonly #ports: PeoplePorts
  /** What the process was given last, as text. */
  #planned = ''
  #cancelBegin: () => void = () => undefined

  constructor(around: PeopleSurroundings) {
    this.#around = around
    const { clock, log, changed, memory, unwritten, applying, host, settings } = around
    this.#ports = new PeoplePorts({
      clock,
      ports: () => {
        const engine = settings.values['network.portMapping'] ? host.engine : undefined
        if (engine === undefined || engine.exit.kind === 'proxy') return undefined
        const { udp, http, random } = engine.ports
        const bound = engine.exit.kind === 'bound' ? engine.exit : undefined
        return { udp, http, random, gateways: new NodeGateways(bound) }
      },
    })
    const asks: Answerers = {
      ...around.asks,
      ...peopleDht(() => host.engine?.session.reach.dht, new SystemSignatures(), clock),
      ...this.#ports.asks,
    }
    this.link = new PeopleLink({
      clock,
      log,
      asks,
      changed,
      plan: () => {
        const plan = this.#plan()
        this.#planned = JSON.stringify(plan)
        return plan
      },
      listening: (peoplePort) => {
        if (this.#around.settings.values['people.port'] === 0 && peoplePort !== memory.now.peoplePort)
          memory.change({ peoplePort }).catch(unwritten)
      },
    })
    this.handlers = peopleHandlers({
      link: this.link,
      setVisible: (visible) => applying().change({ 'people.visible': visible }, []),
    })
  }

  /** Whoever was somebody here before is so again; anybody else, when people are first asked for. */
  begin(): void {
    const { clock } = this.#around
    if (!this.#isSomebody) return
    this.#cancelBegin = clock.schedule((clock.now() + BEGIN_AFTER_MS) as Millis, () => this.link.begin())
  }

  /** The settings may be others: what can be changed in place is, and anything else begins anew. */
  apply(): void {
    if (this.#planned === '') return
    const before = JSON.parse(this.#planned) as Partial<PeoplePlan>
    const plan = this.#plan()
    const same = { ...plan, settings: before.settings, port: before.port }
    const { unwritten } = this.#around
    if (plan instanceof PeopleError || JSON.stringify(same) !== this.#planned || this.#otherPort(before))
      this.link.restart().catch(unwritten)
    else if (JSON.stringify(plan.settings) !== JSON.stringify(before.settings)) {
      this.#planned = JSON.stringify(plan)
      // One that is away reads them when it begins again.
      if (this.link.state === 'running')
        this.link.inner('changeSettings', plan.settings).catch(() => undefined)
    }
  }

  /** For the doctor: nobody is begun by being asked after. */
  get facts(): PeopleFacts {
    const { state, restarts, port } = this.link
    const plan = this.#plan()
    const problem = plan instanceof PeopleError ? plan : this.link.problem
    const unused = state === 'off' && problem === undefined && !this.#isSomebody
    return { state, problem: problem?.code, unused, restarts, port }
  }

  get #isSomebody(): boolean {
    return existsSync(path.join(this.#around.stateFolder, IDENTITY_FILE))
  }

  async close(): Promise<void> {
    this.#cancelBegin()
    await this.link.close()
    await this.#ports.close()
  }

  #otherPort({ port }: Partial<PeoplePlan>): boolean {
    const chosen = this.#around.settings.values['people.port']
    return chosen !== 0 && chosen !== port
  }

  #plan(): PeoplePlan | PeopleError {
    const { stateFolder, settings, memory } = this.#around
    const { values } = settings
    if (!values['people.on']) return new PeopleError('PEOPLE_OFF')
    const { exit, listen } = engineWish(values, 0)
    if (exit?.proxy !== undefined) return new PeopleError('PEOPLE_OFF_BY_PROXY')
    const chosen: PeopleSettings = {
      visible: values['people.visible'],
      typing: values['people.typing'],
      lan: values['network.lan'],
    }
    return {
      stateFolder,
      port: values['people.port'] || memory.now.peoplePort,
      hosts: listen === undefined ? [] : [listen.host],
      interface: exit?.interface,
      settings: chosen,
    }
  }
}
