// Tells the person whether others can come, once it is known and whenever that changes. Who sends somebody a link wants to know.

import { explainReach } from '../api/reachability-sentence.ts'
import type { Output } from './output.ts'

type Judgement = Parameters<typeof explainReach>[0]

export class ReachNote {
  #said = 'unknown'

  look(judgement: Judgement, output: Output): void {
    const { answer } = judgement
    if (answer === this.#said) return
    const { sentence, ways, wouldHelp } = explainReach(judgement)
    // Behind a proxy nothing listens: nobody can come, and the person has asked for it.
    if (ways.length === 0) return
    this.#said = answer
    output.note(`${sentence}${wouldHelp.length === 0 ? '' : `. What would help: ${wouldHelp.join('; ')}`}.`)
    output.object({ event: 'reach', reachable: answer, ways: judgement.ways, wouldHelp })
  }
}
