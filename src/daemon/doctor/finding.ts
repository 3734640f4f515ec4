// What one check of the doctor found: a code with its facts. The sentence and what would help are in api/.

export type FindingState =
  /** As it should be. */
  | 'good'
  /** Works, and could be better. */
  | 'careful'
  | 'bad'
  /** Nothing could be found out, or nothing was there to find it out with. */
  | 'unknown'
  /** The person switched it off. */
  | 'off'

export interface Finding {
  /** What was looked at, the same word every time: `disk`, `clock`, `tcp-ipv4` … */
  readonly check: string
  readonly state: FindingState
  readonly code: string
  readonly data: Readonly<Record<string, string | number | boolean>>
}
