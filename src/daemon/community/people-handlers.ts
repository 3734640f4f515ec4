// The calls about people (api/people-routes.ts): nearly all are answered by the people process under their own names.

import { PEOPLE_ROUTES, type PeopleRouteName } from '../../api/people-routes.ts'
import type { Handlers } from '../../api/routes.ts'
import type { Me } from '../../api/schemas/people.ts'
import { CodedError } from '../../base/errors.ts'
import { coded } from '../transfers/transfer-row.ts'
import type { PeopleLink } from './people-link.ts'

export interface PeopleCalls {
  readonly link: PeopleLink
  /** A setting that is changed by a call about me. */
  setVisible(visible: Me['visible']): Promise<void>
}

/** With `me` as it was last known while the process is away: who I am does not hang on it. */
export function peopleHandlers({ link, setVisible }: PeopleCalls): Handlers<PeopleRouteName> {
  let known: Me | undefined
  const current = (me: Me): Me => {
    known = me
    const { state, problem, restarts } = link
    const code = problem instanceof CodedError ? coded(problem.code, problem.data) : null
    return { ...me, network: { ...me.network, state, problem: code, restarts } }
  }
  const away = (error: unknown): Me => {
    if (known === undefined || link.state === 'running') throw error
    const gone = { ...known, network: { ...known.network, port: null, links: 0, relayed: 0 } }
    return current(gone)
  }
  const forwarded = Object.fromEntries(
    (Object.keys(PEOPLE_ROUTES) as PeopleRouteName[]).map((name) => [
      name,
      (input: never) => link.call(name, input),
    ]),
  ) as unknown as Handlers<PeopleRouteName>
  return {
    ...forwarded,
    me: async (input) => current(await link.call('me', input).catch(away)),
    changeMe: async ({ visible, ...rest }) => {
      if (visible !== undefined) await setVisible(visible)
      return current(await link.call('changeMe', rest))
    },
    restoreMe: async (input) => {
      await link.call('restoreMe', input)
      // The process has the keys of whoever was here before: it begins anew with those that are written now.
      await link.restart()
      return current(await link.call('me', {}))
    },
    linkDevice: async (input) => current(await link.call('linkDevice', input)),
    removeDevice: async (input) => current(await link.call('removeDevice', input)),
  }
}
