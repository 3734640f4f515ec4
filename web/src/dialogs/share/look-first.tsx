// "Look at these first": what in it looks private, by class, the worst first; each to be answered, singly or together. Nothing is
// shared before, and what was found is shown only with its middle covered.

import { type ReactNode, type RefObject, useId, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import {
  explainPrivateFinding,
  FINDING_CLASSES,
  findingClassName,
} from '../../../../src/api/private-finding-sentence.ts'
import type { Answer, Finding } from '../../../../src/api/schemas/review.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import type { PathBelow } from './left-out.ts'
import { answerOfAll, type Group, groupsOf, type Look, leftOutWith, type OneAnswer } from './review-state.ts'
import './look-first.css'

interface Props {
  readonly look: Look
  /** What was left out in the tree. */
  readonly unticked: readonly PathBelow[]
  readonly onAnswer: (answers: readonly OneAnswer[]) => void
  /** Where the focus goes when these are what is missing. */
  readonly heading: RefObject<HTMLHeadingElement | null>
  /** False for what is shared already as a whole: nothing can be left out of it. */
  readonly canLeaveOut: boolean
}

/** A few are shown one by one; more are answered together first. */
const SHOWN_SINGLY = 4
/** Of one class; the others are answered with all of their class. */
const MOST_LISTED = 200

export function LookFirst({ look, unticked, onAnswer, heading, canLeaveOut }: Props): ReactNode {
  const id = useId()
  const groups = groupsOf(look, FINDING_CLASSES)
  if (groups.length === 0) return null
  const { open } = look.review
  const covered = leftOutWith(look, unticked)
  const count = groups.reduce((sum, group) => sum + group.count, 0)
  return (
    <section className={`look-first${open > 0 ? ' look-first-open' : ''}`} aria-labelledby={id}>
      <h3 id={id} ref={heading} tabIndex={-1}>
        <Icon name={open > 0 ? 'warning' : 'check'} />
        {open > 0 ? t('look.first', open) : t('look.answered', count)}
      </h3>
      <p className="soft">{t(canLeaveOut ? 'look.means' : 'look.meansWhole')}</p>
      {canLeaveOut && open > 1 && (
        <div>
          <Button
            onPress={() =>
              onAnswer(
                groups
                  .filter((group) => group.open > 0)
                  .map((group) => ({ class: group.class, answer: 'leave-out' })),
              )
            }
          >
            {t('look.leaveAllOut', open)}
          </Button>
        </div>
      )}
      {groups.map((group) => (
        <GroupOf
          key={group.class}
          group={group}
          whole={look.review.name}
          covered={covered}
          canLeaveOut={canLeaveOut}
          onAnswer={onAnswer}
        />
      ))}
    </section>
  )
}

function choicesOf(of: Finding['class'], canLeaveOut: boolean): readonly Answer[] {
  if (!canLeaveOut) return ['share']
  return of === 'photo-place' ? ['leave-out', 'without-place', 'share'] : ['leave-out', 'share']
}

interface GroupProps {
  readonly group: Group
  readonly whole: string
  readonly covered: ReadonlySet<string>
  readonly canLeaveOut: boolean
  readonly onAnswer: Props['onAnswer']
}

function GroupOf({ group, whole, covered, canLeaveOut, onAnswer }: GroupProps): ReactNode {
  const { class: of, findings, count, open } = group
  const choices = choicesOf(of, canLeaveOut)
  const [opened, setOpened] = useState(false)
  const several = count > 1
  const folded = count > SHOWN_SINGLY
  const unlisted = count - Math.min(findings.length, MOST_LISTED)
  return (
    <section className="look-group" aria-label={findingClassName(of)}>
      <h4>
        {findingClassName(of)}
        {several && <span className="soft"> {t('look.count', count, open)}</span>}
      </h4>
      {several && (
        <Choice
          name={t('look.all', findingClassName(of))}
          choices={choices}
          answer={open > 0 ? undefined : answerOfAll(group)}
          suggested={findings[0]?.suggested}
          all={count}
          onAnswer={(answer) => onAnswer([{ class: of, answer }])}
        />
      )}
      {folded && findings.length > 0 && (
        <div>
          <Button
            look="quiet"
            icon={opened ? 'chevronDown' : 'chevronRight'}
            aria-expanded={opened}
            onPress={() => setOpened(!opened)}
          >
            {t('look.oneByOne')}
          </Button>
        </div>
      )}
      {(!folded || opened) && (
        <ul className="look-list">
          {findings.slice(0, MOST_LISTED).map((finding) => (
            <OneFinding
              whole={whole}
              key={finding.id}
              finding={finding}
              covered={covered.has(finding.id)}
              choices={choices}
              onAnswer={onAnswer}
            />
          ))}
        </ul>
      )}
      {opened && unlisted > 0 && <p className="soft">{t('look.unlisted', unlisted)}</p>}
    </section>
  )
}

function OneFinding({
  finding,
  whole,
  covered,
  choices,
  onAnswer,
}: {
  readonly finding: Finding
  /** What is looked at, for what is found of all of it. */
  readonly whole: string
  /** It is left out with its file or folder. */
  readonly covered: boolean
  readonly choices: readonly Answer[]
  readonly onAnswer: Props['onAnswer']
}): ReactNode {
  const [shown, setShown] = useState(false)
  const { sentence, seen } = explainPrivateFinding(finding)
  const name = finding.path.at(-1) ?? whole
  const panel = useId()
  return (
    <li className="look-finding">
      <p className="look-sentence">
        <strong>
          <ForeignText text={name} />
        </strong>{' '}
        <ForeignText text={sentence} />
      </p>
      <div className="look-do">
        <Choice
          name={`${visible(name)} ${visible(sentence)}`}
          choices={choices}
          answer={covered ? 'leave-out' : finding.answer}
          suggested={finding.suggested}
          all={undefined}
          onAnswer={(answer) => onAnswer([{ id: finding.id, answer }])}
        />
        <Button
          look="quiet"
          aria-expanded={shown}
          aria-controls={panel}
          aria-label={t(shown ? 'look.hideOf' : 'look.showOf', visible(name))}
          onPress={() => setShown(!shown)}
        >
          {t(shown ? 'look.hide' : 'look.show')}
        </Button>
      </div>
      {covered && <p className="soft">{t('look.covered')}</p>}
      {finding.remembered && <p className="soft">{t('look.remembered')}</p>}
      <div id={panel} hidden={!shown}>
        {shown && (
          <dl className="look-shown">
            <dt>{t('look.path')}</dt>
            <dd>
              <ForeignText text={finding.path.length === 0 ? whole : finding.path.join('/')} />
            </dd>
            {!finding.folder && (
              <>
                <dt>{t('look.size')}</dt>
                <dd>{formatSize(finding.lengthBytes)}</dd>
              </>
            )}
            <dt>{t('look.seen')}</dt>
            <dd>
              {seen === undefined ? (
                t('look.seenNothing')
              ) : (
                <code>
                  <ForeignText text={seen} />
                </code>
              )}
            </dd>
          </dl>
        )}
      </div>
    </li>
  )
}

interface ChoiceProps {
  readonly name: string
  readonly choices: readonly Answer[]
  readonly answer: Answer | null | undefined
  readonly suggested: Answer | undefined
  /** Of so many together; undefined for a single one. */
  readonly all: number | undefined
  readonly onAnswer: (answer: Answer) => void
}

/** Real radios, drawn as one bar: Tab comes to it once, arrows or Space choose. */
function Choice({ name, choices, answer, suggested, all, onAnswer }: ChoiceProps): ReactNode {
  const group = useId()
  return (
    <fieldset className="look-choice">
      <legend className="visually-hidden">{name}</legend>
      {choices.map((choice) => (
        <label key={choice} className={`look-option look-option-${choice}`}>
          <input
            type="radio"
            className="visually-hidden"
            name={group}
            checked={answer === choice}
            onChange={() => onAnswer(choice)}
          />
          {all === undefined ? t(`look.${choice}`) : t(`look.${choice}.all`, all)}
          {choice === suggested && answer == null && <span className="look-hint">{t('look.suggested')}</span>}
        </label>
      ))}
    </fieldset>
  )
}
