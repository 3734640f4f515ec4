// Finding in messages: in one conversation, one circle or all, the newest first; each leads to where it was said.

import { type ReactNode, useCallback, useEffect, useState } from 'react'
import type { Message } from '../../../../src/api/schemas/conversations.ts'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { goWith, useRoute } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { circles, conversations } from '../../store/people.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { Field, SelectBox } from '../../ui/field.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { calledName, useKnown } from './names.ts'
import { PageHead } from './page-head.tsx'
import { hrefOf } from './place.ts'

const PAGE_MESSAGES = 50
const REST_MS = 200
const ALL = 'all'

export function FindPage(): ReactNode {
  const { query } = useRoute()
  const within = query.in ?? ''
  const [typed, setTyped] = useState(query.words ?? '')
  useEffect(() => {
    const timer = setTimeout(() => goWith({ words: typed.trim() }, 'replace'), REST_MS)
    return () => clearTimeout(timer)
  }, [typed])
  const words = query.words ?? ''
  return (
    <div className="view">
      <PageHead>{t('people.find')}</PageHead>
      <div className="people-inline">
        <Field label={t('find.words')}>
          {(wiring) => (
            <input
              {...wiring}
              className="input"
              type="search"
              maxLength={200}
              // biome-ignore lint/a11y/noAutofocus: who goes to a search types
              autoFocus
              value={typed}
              onChange={({ currentTarget }) => setTyped(currentTarget.value)}
            />
          )}
        </Field>
        <Where within={within} />
      </div>
      {words === '' ? (
        <p className="soft">{t('find.begin')}</p>
      ) : (
        <Results key={`${within} ${words}`} words={words} within={within} />
      )}
    </div>
  )
}

function Where({ within }: { readonly within: string }): ReactNode {
  const { value: all } = useKept(conversations)
  const { value: mine } = useKept(circles)
  const known = useKnown()
  const circleName = (id: string | null) => mine?.circles.find((one) => one.id === id)?.name ?? ''
  const options = [
    { value: ALL, name: t('find.everywhere') },
    ...(mine?.circles.map(({ id, name }) => ({ value: `circle:${id}`, name: visible(name) })) ?? []),
    ...(all?.map(({ id, name, circle, person }) => ({
      value: id,
      name:
        circle === null
          ? visible(calledName(known, person, name))
          : t('find.room', visible(circleName(circle)), visible(name)),
    })) ?? []),
  ]
  return (
    <Field label={t('find.where')}>
      {(wiring) => (
        <SelectBox
          wiring={wiring}
          value={options.some(({ value }) => value === within) ? within : ALL}
          options={options}
          onChange={(next) => goWith({ in: next === ALL ? '' : next })}
        />
      )}
    </Field>
  )
}

function Results({ words, within }: { readonly words: string; readonly within: string }): ReactNode {
  const known = useKnown()
  const { value: all } = useKept(conversations)
  const [more, setMore] = useState<readonly Message[]>([])
  const ask = useCallback(
    (offset: number) =>
      call('searchMessages', {
        words,
        offset,
        limit: PAGE_MESSAGES,
        ...(within.startsWith('circle:') ? { circle: within.slice('circle:'.length) } : {}),
        ...(/^(room|direct):/.test(within) ? { in: within } : {}),
      }),
    [words, within],
  )
  const { value, error } = useLoaded(useCallback(() => ask(0), [ask]))
  if (value === undefined)
    return error === undefined ? <p role="status">{t('people.loading')}</p> : <ErrorSentence error={error} />
  const messages = [...value.messages, ...more]
  return (
    <>
      <p role="status">
        {t('find.count', value.total)}
        {value.until !== null && (
          <span className="soft">
            . {t('find.until')} <Moment at={value.until} />
          </span>
        )}
      </p>
      <ul className="found">
        {messages.map((message) => (
          <li key={message.id}>
            <a
              className="found-one"
              href={hrefOf({ kind: 'conversation', id: message.conversation }, { at: message.id })}
            >
              <span>
                <strong>
                  <ForeignText text={calledName(known, message.author, message.authorName)} />
                </strong>{' '}
                <span className="soft">
                  <ForeignText text={all?.find(({ id }) => id === message.conversation)?.name ?? ''} /> ·{' '}
                  <Moment at={message.receivedAt} />
                </span>
              </span>
              <span className="found-text">
                <ForeignText
                  text={message.text === '' ? (message.file?.name ?? '') : message.text.replaceAll('\n', ' ')}
                />
              </span>
            </a>
          </li>
        ))}
      </ul>
      {messages.length < value.total && (
        <div>
          <Button
            onPress={() => void ask(messages.length).then((page) => setMore([...more, ...page.messages]))}
          >
            {t('members.more')}
          </Button>
        </div>
      )}
    </>
  )
}
