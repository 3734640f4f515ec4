// When a transfer that has everything stops giving: at whichever part of its rule is met first. Pure.

import type { StopRule } from '../../api/schemas/primitives.ts'

export interface GivingFacts {
  readonly givenBytes: number
  readonly totalBytes: number
  /** Since it had everything, by the wall clock; a clock that went back makes it 0. */
  readonly secondsSinceDone: number
  /** Whole copies at others. */
  readonly copiesElsewhere: number
}

const NO_RULE: StopRule = { ratio: null, seconds: null, copies: null }

/** What was got follows the settings where nobody said otherwise; what is shared is given until told. */
export function ruleOf(
  { role, stopRule }: { readonly role: 'get' | 'share'; readonly stopRule: Partial<StopRule> },
  usual: StopRule,
): StopRule {
  return { ...(role === 'get' ? usual : NO_RULE), ...stopRule }
}

export type RulePart = keyof StopRule

/** The parts of the rule that are met; none goes on giving. */
export function partsMet(rule: StopRule, facts: GivingFacts): RulePart[] {
  const met: RulePart[] = []
  if (rule.ratio !== null && facts.totalBytes > 0 && facts.givenBytes >= rule.ratio * facts.totalBytes)
    met.push('ratio')
  if (rule.seconds !== null && facts.secondsSinceDone >= rule.seconds) met.push('seconds')
  // None asked for is none waited for.
  if (rule.copies !== null && facts.copiesElsewhere >= rule.copies) met.push('copies')
  return met
}

/** A person has it go on although its rule is met: those parts do not hold for it any more. */
export function withoutParts(own: Partial<StopRule>, met: readonly RulePart[]): Partial<StopRule> {
  return { ...own, ...Object.fromEntries(met.map((part) => [part, null])) }
}
