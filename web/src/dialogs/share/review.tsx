// Who can get it, and what they will see, before anything is visible: what looks private comes first and must be answered; the
// button says again what it does, and while it is off, why.

import { type ReactNode, type RefObject, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { formatSize } from '../../../../src/api/format-quantity.ts'
import type { Review as Looked } from '../../../../src/api/schemas/review.ts'
import type { ShareFacts } from '../../../../src/api/schemas/share.ts'
import { treeOf } from '../../files/file-tree.ts'
import { FileTreeView } from '../../files/file-tree-view.tsx'
import { t } from '../../text/t.ts'
import { AudienceChoice, audienceName, isNamed, type WhoKind } from '../../ui/audience-choice.tsx'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { TextButton } from '../../ui/text-button.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { useSpoken } from '../../ui/use-spoken.ts'
import { answersFor, type PathBelow, pathsLeftOut } from './left-out.ts'
import { isLicenceMissing, type LicenceChoice, NO_LICENCE, reached } from './licence-choice.ts'
import { LicenceFields } from './licence-fields.tsx'
import { LookFirst } from './look-first.tsx'
import { MoreFields } from './more-fields.tsx'
import { rememberedWho, rememberWho } from './remembered-who.ts'
import { type WhyNot, whyNot } from './review-state.ts'
import { type More, NO_MORE, type Who, wrongIn } from './share-plan.ts'
import {
  type Contents,
  carryOut,
  contentsOf,
  lookedAtFor,
  pathOf,
  problemOf,
  reviewRequest,
  type Subject,
} from './subject.ts'
import { isGone, type Reviewing, useReview } from './use-review.ts'

interface Props {
  /** The same object as long as it is about the same. */
  readonly subject: Subject
  readonly onBack: (() => void) | undefined
  /** With what was made of a path, and who can get it in the end. */
  readonly onDone: (facts: ShareFacts | undefined, who: Who) => void
  readonly close: () => void
}

export function Review({ subject, onBack, onDone, close }: Props): ReactNode {
  const [who, setWho] = useState<Who>(() => firstWho(subject))
  // Looked at for the widest that was chosen: what was answered for everyone holds for the link, not the other way round.
  const [widest, setWidest] = useState(who)
  const [licence, setLicence] = useState<LicenceChoice>(NO_LICENCE)
  const [more, setMore] = useState<More>(NO_MORE)
  const [unticked, setUnticked] = useState<readonly PathBelow[]>([])
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>()
  const whole = useLoaded(useCallback(() => contentsOf(subject), [subject]))
  const lookedFor = lookedAtFor(widest)
  const reviewing = useReview(useMemo(() => reviewRequest(subject, lookedFor), [subject, lookedFor]))
  const { look } = reviewing
  const heading = useRef<HTMLHeadingElement>(null)
  const licenceBox = useRef<HTMLDivElement>(null)

  // What is new in a folder goes out under the folder's own.
  const asksLicence = subject.kind !== 'proposals' && subject.kind !== 'send'
  const to = reached(who, licence)
  const wrong = wrongIn(more, Date.now())
  const why = whyNot(look, {
    licenceMissing: asksLicence && isLicenceMissing(who, licence),
    wrong: wrong !== undefined,
  })
  const failed = whole.error ?? reviewing.error
  const settled = whole.value !== undefined && look?.review.state === 'done'
  const grab = useFocusWhenSettled(settled, look?.review.open ?? 0, heading)
  const count = look?.review.sharedFiles ?? whole.value?.fileCount ?? 0

  const choose = (next: Who): void => {
    setWho(next)
    if (next === 'everyone') setWidest(next)
  }
  const share = async (): Promise<void> => {
    if (busy) return
    if (why !== undefined || look === undefined) return goToMissing(why, heading, licenceBox)
    setBusy(true)
    setError(undefined)
    try {
      const facts = await carryOut(subject, { who, licence, more, review: look.review.id })
      reviewing.used()
      if (subject.kind === 'path') rememberWho(subject.path, who)
      onDone(facts, to)
    } catch (failure) {
      setError(failure)
      setBusy(false)
      if (isGone(failure)) reviewing.again()
    }
  }
  return (
    <Dialog
      title={titleOf(subject)}
      close={close}
      size="large"
      actions={
        <>
          {failed === undefined && (
            <Why why={why} reviewing={reviewing} onGo={() => goToMissing(why, heading, licenceBox)} />
          )}
          {onBack === undefined ? (
            <Button onPress={close}>{t('action.cancel')}</Button>
          ) : (
            <Button onPress={onBack}>{t('action.back')}</Button>
          )}
          {failed === undefined && (
            <Button
              // Drawn anew when nothing stands in the way, so that it takes the focus: the next Enter shares.
              key={String(grab)}
              look="primary"
              icon="share"
              autoFocus={grab}
              aria-disabled={why !== undefined || busy}
              aria-describedby={WHY_ID}
              onPress={() => void share()}
            >
              {buttonOf(subject, to, count)}
            </Button>
          )}
        </>
      }
    >
      <h3 className="share-name">
        <ForeignText text={look?.review.name ?? pathOf(subject)} />
      </h3>
      <p className="soft share-path">
        {(subject.kind === 'path' || subject.kind === 'send') && subject.copied ? (
          t('share.copiedTo', subject.path)
        ) : (
          <ForeignText text={pathOf(subject)} />
        )}
      </p>
      {failed !== undefined && <ErrorSentence error={failed} />}
      {failed === undefined && whole.value === undefined && <p role="status">{t('share.surveying')}</p>}
      {whole.error === undefined && whole.value !== undefined && (
        <>
          {subject.kind === 'proposals' && (
            <p>
              {isNamed(who)
                ? t('share.proposalsFor.named', audienceName(who))
                : t(`share.proposalsFor.${who}`)}
            </p>
          )}
          {subject.kind !== 'proposals' && subject.kind !== 'send' && (
            <AudienceChoice
              value={who}
              offered={offeredTo(subject)}
              onChange={(next) => {
                if (next !== 'me') choose(next)
              }}
            />
          )}
          {who === 'everyone' ? (
            <p className="share-widening">{t('share.widening', count)}</p>
          ) : (
            <p className="soft">{meansOf(subject, who)}</p>
          )}
          {who === 'everyone' && asksLicence && (
            <LicenceFields choice={licence} onChange={setLicence} box={licenceBox} />
          )}
          {look !== undefined && (
            <LookFirst
              look={look}
              unticked={unticked}
              onAnswer={reviewing.answer}
              heading={heading}
              canLeaveOut={subject.kind !== 'share'}
            />
          )}
          <What
            whole={whole.value}
            reviewing={reviewing}
            unticked={unticked}
            onUntick={setUnticked}
            canLeaveOut={subject.kind !== 'share'}
          />
          {subject.kind === 'path' && !isNamed(who) && (
            <MoreFields more={more} wrong={wrong} onChange={setMore} />
          )}
        </>
      )}
      {error !== undefined && <ErrorSentence error={error} />}
    </Dialog>
  )
}

function firstWho(subject: Subject): Who {
  switch (subject.kind) {
    case 'path':
      return rememberedWho(subject.path)
    case 'send':
      return 'link'
    case 'share':
      return 'everyone'
    case 'folder':
      return subject.who
    case 'proposals':
      return subject.folder.audience === 'everyone' || isNamed(subject.folder.audience)
        ? subject.folder.audience
        : 'link'
  }
}

function offeredTo(subject: Subject): readonly WhoKind[] {
  return subject.kind === 'share' ? ['everyone'] : ['link', 'person', 'circle', 'everyone']
}

function titleOf(subject: Subject): string {
  if (subject.kind !== 'send') return t(`share.title.${subject.kind}`)
  const { kind, name } = subject.target
  return t(kind === 'to' ? 'send.title' : 'send.offerTitle', name)
}

/** It says again what it does. */
function buttonOf(subject: Subject, who: Who, count: number): string {
  if (subject.kind === 'send') {
    const { kind, name } = subject.target
    return t(kind === 'to' ? 'send.button' : 'send.offerButton', count, name)
  }
  return isNamed(who) ? t('share.button.named', count, audienceName(who)) : t(`share.button.${who}`, count)
}

function meansOf(subject: Subject, who: Who): string {
  if (subject.kind === 'send') return t(subject.target.kind === 'to' ? 'send.means' : 'send.offerMeans')
  if (!isNamed(who)) return t('share.honest')
  if (subject.kind !== 'path') return t('share.honestNamed')
  return t(who.startsWith('circle:') ? 'send.offerMeans' : 'send.means')
}

/** Of the sentence that says why the button is off. */
const WHY_ID = 'share-why'

function goToMissing(
  why: WhyNot,
  heading: RefObject<HTMLHeadingElement | null>,
  licence: RefObject<HTMLDivElement | null>,
): void {
  if (why === 'open') heading.current?.focus()
  if (why === 'licence') licence.current?.querySelector<HTMLElement>('select, input')?.focus()
}

/**
 * The first time that everything was looked at, the focus goes to what is to be done next, unless the person has gone somewhere
 * already. @returns whether the button takes it
 */
function useFocusWhenSettled(
  settled: boolean,
  open: number,
  heading: RefObject<HTMLHeadingElement | null>,
): boolean {
  const [grab, setGrab] = useState(false)
  const [done, setDone] = useState(false)
  const first = settled && !done
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, with what is open then
  useEffect(() => {
    if (!first) return
    setDone(true)
    const { activeElement } = document
    const idle = activeElement === document.body || activeElement?.matches('[role="dialog"], .button-primary')
    if (idle !== true) return
    if (open > 0) heading.current?.focus()
    else setGrab(true)
  }, [first])
  return grab
}

function Why({
  why,
  reviewing: { look },
  onGo,
}: {
  readonly why: WhyNot
  readonly reviewing: Reviewing
  readonly onGo: () => void
}): ReactNode {
  const open = look?.review.open ?? 0
  const sentence = why === undefined ? '' : t(`share.why.${why}`, open)
  return (
    <>
      <p id={WHY_ID} className="share-why">
        {sentence}
        {why === 'open' && (
          <>
            {' '}
            <TextButton onPress={onGo}>{t('share.why.go')}</TextButton>
          </>
        )}
      </p>
      <p role="status" className="visually-hidden">
        {useSpoken(sentence)}
      </p>
    </>
  )
}

interface WhatProps {
  readonly whole: Contents
  readonly reviewing: Reviewing
  readonly unticked: readonly PathBelow[]
  readonly onUntick: (paths: readonly PathBelow[]) => void
  readonly canLeaveOut: boolean
}

function What({ whole, reviewing: { look, answer }, unticked, onUntick, canLeaveOut }: WhatProps): ReactNode {
  const { files } = whole
  const nodes = useMemo(() => treeOf(files), [files])
  const [chosen, setChosen] = useState<ReadonlySet<number>>(() => new Set(files.map(({ index }) => index)))
  const left = useRef(unticked)
  const id = look?.review.id
  useEffect(() => {
    // Another review (for more people, or anew) does not know yet what was unticked.
    if (id !== undefined) answer(answersFor([], left.current))
  }, [id, answer])
  const change = (next: ReadonlySet<number>): void => {
    setChosen(next)
    const paths = pathsLeftOut(nodes, next)
    answer(answersFor(left.current, paths))
    left.current = paths
    onUntick(paths)
  }
  const unlisted = whole.fileCount - files.length
  const review = look?.review
  const failure = review === undefined ? undefined : problemOf(review)
  return (
    <section className="share-contents" aria-label={t('share.review')}>
      <h3>{t('share.review')}</h3>
      <p>{summaryOf(whole, review)}</p>
      {failure !== undefined && <ErrorSentence error={failure} />}
      {review !== undefined && review.state !== 'done' && review.state !== 'failed' && (
        <Looking review={review} />
      )}
      {whole.kind === 'torrent' && <p className="soft">{t('share.torrent')}</p>}
      {whole.kind === 'folder' && canLeaveOut && (
        <>
          <FileTreeView label={t('share.leaveOutHint')} files={files} chosen={chosen} onChange={change} />
          <p className="soft">{t('share.leaveOutHint')}</p>
        </>
      )}
      {unlisted > 0 && whole.kind === 'folder' && <p>{t('share.listCut', unlisted)}</p>}
      {whole.leftOut.length > 0 && <LeftOut names={whole.leftOut} />}
    </section>
  )
}

function summaryOf(whole: Contents, review: Looked | undefined): string {
  const { fileCount, totalBytes, kinds } =
    review === undefined || review.state === 'counting' ? { ...whole, kinds: [] } : review
  const all = t('share.summary', fileCount, formatSize(totalBytes), t('files.kinds', kinds))
  if (review === undefined || review.state === 'counting' || review.sharedFiles === fileCount) return all
  return `${all} ${t('share.rest', review.sharedFiles, formatSize(review.sharedBytes))}`
}

function Looking({ review: { scannedFiles, fileCount } }: { readonly review: Looked }): ReactNode {
  return (
    <div className="share-looking">
      <progress aria-label={t('share.looking')} max={Math.max(1, fileCount)} value={scannedFiles} />
      <span className="soft">{t('share.lookedAt', scannedFiles, fileCount)}</span>
    </div>
  )
}

const MOST_NAMED = 100

function LeftOut({ names }: { readonly names: readonly string[] }): ReactNode {
  return (
    <details>
      <summary>{t('share.leftOut', names.length)}</summary>
      <p className="soft">{t('share.leftOut.means')}</p>
      <ul className="share-left-out">
        {names.slice(0, MOST_NAMED).map((name) => (
          <li key={name}>
            <ForeignText text={name} />
          </li>
        ))}
      </ul>
    </details>
  )
}
