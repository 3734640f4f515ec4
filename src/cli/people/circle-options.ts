// Options of `shoal circle …`, and its context.

import type { CommandContext } from '../command.ts'
import type { OptionTable } from '../options.ts'
import { COUNT, DURATION, oneOf, SIZE, TEXT } from '../readers.ts'

const ON_OFF = oneOf('on', 'off')

export const CIRCLE_OPTIONS = {
  name: {
    kind: 'value',
    placeholder: 'NAME',
    reader: TEXT,
    summary: 'new, join: what the others call you, where they do not know yet; set: the name of the circle',
  },
  expires: {
    kind: 'value',
    placeholder: 'D',
    reader: DURATION,
    summary: 'invite: how long it works (72h; 1m to 30d)',
  },
  uses: { kind: 'value', placeholder: 'N', reader: COUNT, summary: 'invite: for how many (1; 500 at most)' },
  approve: { kind: 'switch', summary: 'invite: who uses it waits for a yes' },
  keeper: {
    kind: 'switch',
    summary: 'invite: for a computer that keeps what it cannot read, so that messages arrive',
  },
  'no-wait': {
    kind: 'switch',
    summary: 'join, keep: do not wait here until it is done; Shoal goes on with it',
  },
  forget: { kind: 'switch', summary: 'leave: also delete what was received' },
  history: {
    kind: 'value',
    placeholder: 'HOW',
    reader: oneOf('all', 'from-join'),
    summary: 'set: who comes later reads all, or from then on',
  },
  approval: {
    kind: 'value',
    placeholder: 'on|off',
    reader: ON_OFF,
    summary: 'set: everybody who joins waits for a yes',
  },
  copies: {
    kind: 'value',
    placeholder: 'N',
    reader: COUNT,
    summary: 'set: keep N copies of each shared file among the members (0: none; 10 at most)',
  },
  space: {
    kind: 'value',
    placeholder: 'SIZE',
    reader: SIZE,
    summary: 'set: space that this computer gives for that',
  },
  retention: {
    kind: 'value',
    placeholder: 'D',
    reader: DURATION,
    summary: 'set: how long messages are kept (1d to 365d)',
  },
  'retention-size': {
    kind: 'value',
    placeholder: 'SIZE',
    reader: SIZE,
    summary: 'set: how much of them is kept',
  },
} as const satisfies OptionTable

export type CircleContext = CommandContext<typeof CIRCLE_OPTIONS>
