// `shoal circle …`: circles, who is in them, how somebody comes in.

import { defineCommand } from '../command.ts'
import { CIRCLE_OPTIONS, type CircleContext } from '../people/circle-options.ts'
import { circleFiles, leave, listCircles, newCircle, setCircle } from '../people/circles.ts'
import { invite, invites, letIn, refuse, requests, revoke } from '../people/invites.ts'
import { join, keep, stopJoining } from '../people/joining.ts'
import {
  archiveRoom,
  members,
  mute,
  newRoom,
  remove,
  renameRoom,
  role,
  rooms,
  unarchiveRoom,
  unmute,
} from '../people/members.ts'
import { runWay, type Way, type Ways, waysText } from '../ways.ts'

const MOST_NAME_WORDS = 16

type CircleWay = Way<typeof CIRCLE_OPTIONS>

function way(
  operands: string,
  [least, most]: readonly [number, number],
  run: (context: CircleContext, words: readonly string[]) => Promise<number>,
  options: CircleWay['options'] = [],
): CircleWay {
  return { operands, least, most, expects: operands === '' ? 'nothing' : operands, options, run }
}

const ONE = [1, 1] as const
const TWO = [2, 2] as const

const WAYS: Ways<typeof CIRCLE_OPTIONS> = {
  new: way('NAME', [1, MOST_NAME_WORDS], newCircle, ['name']),
  invite: way('CIRCLE', ONE, invite, ['expires', 'uses', 'approve', 'keeper']),
  invites: way('CIRCLE', ONE, invites),
  revoke: way('CIRCLE INVITE', TWO, revoke),
  join: way('LINK', ONE, join, ['name', 'no-wait']),
  keep: way('LINK', ONE, keep, ['name', 'no-wait']),
  'stop-joining': way('[CIRCLE]', [0, 1], stopJoining),
  list: way('', [0, 0], listCircles),
  members: way('CIRCLE', ONE, members),
  role: way('CIRCLE PERSON owner|moderator|member', [3, 3], role),
  remove: way('CIRCLE PERSON', TWO, remove),
  mute: way('CIRCLE PERSON', TWO, mute),
  unmute: way('CIRCLE PERSON', TWO, unmute),
  requests: way('CIRCLE', ONE, requests),
  'let-in': way('CIRCLE PERSON', TWO, letIn),
  refuse: way('CIRCLE PERSON', TWO, refuse),
  rooms: way('CIRCLE', ONE, rooms),
  room: way('CIRCLE NAME', [2, 1 + MOST_NAME_WORDS], newRoom),
  'rename-room': way('CIRCLE ROOM NAME', [3, 2 + MOST_NAME_WORDS], renameRoom),
  archive: way('CIRCLE ROOM', TWO, archiveRoom),
  unarchive: way('CIRCLE ROOM', TWO, unarchiveRoom),
  files: way('CIRCLE [PERSON [PATH]]', [1, 3], circleFiles),
  set: way('CIRCLE', ONE, setCircle, [
    'name',
    'history',
    'approval',
    'copies',
    'space',
    'retention',
    'retention-size',
  ]),
  leave: way('CIRCLE', ONE, leave, ['forget']),
}

export const command = defineCommand({
  options: CIRCLE_OPTIONS,
  operands: { least: 0, most: 3 + MOST_NAME_WORDS, expects: Object.keys(WAYS).join(', ') },
  details: [
    ...waysText('circle', WAYS),
    'CIRCLE and PERSON are said by name, or by the beginning of the ID. Somebody of the circle must be online for a new one to join; joining goes on by itself until then.',
    'keep: this computer stores and passes on what the circle writes, and cannot read it. The invite must have been made with --keeper.',
    'Who is removed gets nothing new; what was read cannot be taken back. Expiry of invites is watched by those who let in, since no clock is shared.',
  ],
  run: (context) => runWay('circle', WAYS, CIRCLE_OPTIONS, context, 'list'),
})
