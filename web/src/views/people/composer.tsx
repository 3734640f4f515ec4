// Where one writes: Enter sends, @ names somebody, what is answered or changed stands above it. What was not sent stays in the field.

import {
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import type { Message } from '../../../../src/api/schemas/conversations.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { call } from '../../store/api.ts'
import { withKeys } from '../../store/keys-patience.ts'
import { t } from '../../text/t.ts'
import { IconButton } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Icon } from '../../ui/icon.tsx'
import { useMedia } from '../../ui/use-media.ts'
import { type Draft, EMPTY, newOnce, tooMany } from './draft.ts'
import { askedAt, fitting, meant, type Named, withName } from './mentions.ts'

/** Others are told that one writes at most this often. */
const TYPING_MS = 4_000
const MOST_ROWS = 8

interface Props {
  readonly id: string
  readonly draft: Draft
  readonly onDraft: (draft: Draft) => void
  /** Who can be named in it. */
  readonly names: readonly Named[]
  readonly onSent: (message: Message) => void
  readonly onAttach: () => void
}

export function Composer({ id, draft, onDraft, names, onSent, onAttach }: Props): ReactNode {
  const field = useRef<HTMLTextAreaElement>(null)
  const [error, setError] = useState<unknown>()
  const [busy, setBusy] = useState(false)
  const [waits, setWaits] = useState(false)
  /** Nobody waits any more for what is being sent. */
  const stopped = useRef(false)
  useEffect(() => {
    stopped.current = false
    return () => {
      stopped.current = true
    }
  }, [])
  const [caret, setCaret] = useState(0)
  const [chosen, setChosen] = useState(0)
  const [closedAt, setClosedAt] = useState<number>()
  const typedAt = useRef(Number.NEGATIVE_INFINITY)
  const touch = useMedia('(pointer: coarse)')
  const list = useId()
  const hint = useId()
  const { text, reply, editing } = draft
  const over = tooMany(text)

  const asked = askedAt(text, caret)
  const fits = asked === undefined || asked.from === closedAt ? [] : fitting(names, asked.typed)
  const current = Math.min(chosen, fits.length - 1)

  useFitting(field, text)
  // Whoever comes to a conversation writes; what stands there already is taken as one's own by Enter, or typed over.
  useEffect(() => {
    const element = field.current
    if (element === null || touch) return
    element.focus({ preventScroll: true })
    if (element.value === t('talk.hello')) element.select()
    else element.setSelectionRange(element.value.length, element.value.length)
  }, [touch])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another message is answered or changed
  useEffect(() => {
    if (reply !== undefined || editing !== undefined) field.current?.focus()
  }, [reply?.id, editing?.id])

  const type = (next: string, at: number): void => {
    onDraft({ ...draft, text: next })
    setCaret(at)
    setChosen(0)
    setClosedAt(undefined)
    if (next.trim() === '' || performance.now() - typedAt.current < TYPING_MS) return
    typedAt.current = performance.now()
    // Whether it is told to anybody is a setting; nothing hangs on it.
    call('typing', { id }).catch(() => undefined)
  }
  const name = (who: Named): void => {
    if (asked === undefined) return
    const next = withName(text, asked, who)
    onDraft({ ...draft, text: next.text, chosen: [...draft.chosen, who] })
    setCaret(next.caret)
    requestAnimationFrame(() => field.current?.setSelectionRange(next.caret, next.caret))
  }
  const send = async (): Promise<void> => {
    const said = text.trim()
    if (busy || said === '' || over > 0) return
    setBusy(true)
    setError(undefined)
    const once = draft.once ?? newOnce()
    stopped.current = false
    const written = (): Promise<Message> =>
      editing === undefined
        ? call('writeMessage', {
            id,
            text: said,
            mentions: meant(said, draft.chosen),
            once,
            ...(reply === undefined ? {} : { replyTo: reply.id }),
          })
        : call('editMessage', { id, message: editing.id, text: said })
    try {
      onSent(
        await withKeys(
          written,
          () => setWaits(true),
          () => stopped.current,
        ),
      )
      onDraft(EMPTY)
      typedAt.current = Number.NEGATIVE_INFINITY
    } catch (failed) {
      setError(failed)
      onDraft({ ...draft, once })
    }
    setBusy(false)
    setWaits(false)
    field.current?.focus()
  }
  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.nativeEvent.isComposing) return
    if (waits && event.key === 'Escape') {
      stopped.current = true
      event.preventDefault()
      return
    }
    const picked = fits[current]
    if (fits.length > 0 && picked !== undefined && asked !== undefined) {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
      if (step !== undefined) setChosen((current + step + fits.length) % fits.length)
      else if (event.key === 'Enter' || event.key === 'Tab') name(picked)
      else if (event.key === 'Escape') setClosedAt(asked.from)
      else return
      event.preventDefault()
      return
    }
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) void send()
    else if (event.key === 'Escape' && (reply !== undefined || editing !== undefined)) leave(draft, onDraft)
    else return
    event.preventDefault()
  }
  return (
    <div className="composer">
      {error !== undefined && <ErrorSentence error={error} />}
      <p role="status" className="talk-typing soft">
        {waits ? t('talk.keysComing') : ''}
      </p>
      <Above draft={draft} onDraft={onDraft} />
      {fits.length > 0 && (
        <div id={list} role="listbox" aria-label={t('talk.mention')} className="mentions">
          {fits.map((who, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the keys
            <div
              key={who.id}
              id={`${list}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === current}
              className="mention"
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => name(who)}
            >
              <ForeignText text={who.name} />
            </div>
          ))}
        </div>
      )}
      <div className="composer-row">
        <IconButton
          icon="plus"
          label={t('talk.attach')}
          onPress={onAttach}
          isDisabled={editing !== undefined}
        />
        <textarea
          ref={field}
          className="input composer-field"
          rows={1}
          aria-label={t('talk.write')}
          aria-describedby={hint}
          aria-invalid={over > 0 ? true : undefined}
          aria-autocomplete="list"
          aria-controls={fits.length > 0 ? list : undefined}
          aria-activedescendant={fits.length > 0 ? `${list}-${current}` : undefined}
          placeholder={t('talk.write')}
          dir="auto"
          readOnly={waits}
          value={text}
          onChange={({ currentTarget }) => type(currentTarget.value, currentTarget.selectionStart)}
          onSelect={({ currentTarget }) => setCaret(currentTarget.selectionStart)}
          onKeyDown={keyDown}
        />
        <IconButton
          icon={editing === undefined ? 'send' : 'check'}
          look="primary"
          label={t(editing === undefined ? 'talk.send' : 'talk.save')}
          isDisabled={text.trim() === '' || over > 0 || busy}
          onPress={() => void send()}
        />
      </div>
      <p id={hint} className={over > 0 ? 'field-hint field-wrong' : 'visually-hidden'}>
        {over > 0 ? t('talk.tooLong', over) : t('talk.writeHint')}
      </p>
      <span role="status" className="visually-hidden">
        {fits.length > 0 ? t('talk.mentionCount', fits.length) : ''}
      </span>
    </div>
  )
}

function leave(draft: Draft, onDraft: Props['onDraft']): void {
  onDraft(draft.editing === undefined ? { ...draft, reply: undefined } : EMPTY)
}

/** What is answered or changed. */
function Above({ draft, onDraft }: Pick<Props, 'draft' | 'onDraft'>): ReactNode {
  const { reply, editing } = draft
  if (reply === undefined && editing === undefined) return null
  return (
    <p className="composer-above">
      <Icon name={editing === undefined ? 'reply' : 'tag'} />
      <span className="truncate">
        {editing === undefined ? (
          <>
            {t('talk.replying', visible(reply?.authorName ?? ''))}{' '}
            <span className="soft">
              <ForeignText text={reply?.text === '' ? (reply.file?.name ?? '') : (reply?.text ?? '')} />
            </span>
          </>
        ) : (
          t('talk.editing')
        )}
      </span>
      <IconButton
        icon="close"
        label={t(editing === undefined ? 'talk.stopReply' : 'talk.stopEdit')}
        onPress={() => leave(draft, onDraft)}
      />
    </p>
  )
}

/** As high as what is written, up to a bound. */
function useFitting(field: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text is another height
  useLayoutEffect(() => {
    const element = field.current
    if (element === null) return
    element.style.blockSize = 'auto'
    const linePx = Number.parseFloat(getComputedStyle(element).lineHeight) || 20
    element.style.blockSize = `${Math.min(element.scrollHeight + 2, linePx * MOST_ROWS)}px`
  }, [text])
}
