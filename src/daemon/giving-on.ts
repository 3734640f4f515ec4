// How long a finished download goes on giving. Pure: facts in, yes or no out (INTERFACE.md B2).

/** On a terminal, at most this long while somebody needs us. */
export const COURTESY_SECONDS = 60

export interface GivingRule {
  /** Seed until told to stop. */
  readonly forever: boolean
  /** Until given ÷ size reaches this. */
  readonly ratio: number | undefined
  readonly seconds: number | undefined
  /** Without any of the above: the short courtesy of a terminal; scripts end at once. */
  readonly courtesy: boolean
}

export interface GivingFacts {
  readonly secondsSinceDone: number
  readonly givenBytes: number
  readonly totalBytes: number
  /** Peers that are fetching from us now. */
  readonly receivers: number
  /** Whole copies elsewhere. */
  readonly seeds: number
}

export function givesOn(rule: GivingRule, facts: GivingFacts): boolean {
  if (rule.ratio !== undefined || rule.seconds !== undefined) {
    const ratioReached = rule.ratio !== undefined && facts.givenBytes >= rule.ratio * facts.totalBytes
    const timeReached = rule.seconds !== undefined && facts.secondsSinceDone >= rule.seconds
    return !ratioReached && !timeReached
  }
  if (rule.forever) return true
  return (
    rule.courtesy && facts.receivers > 0 && facts.seeds === 0 && facts.secondsSinceDone < COURTESY_SECONDS
  )
}
