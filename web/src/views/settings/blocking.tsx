// Settings › Blocking: lists with whose they are, what the person blocked themselves, and what was turned away.

import { type ReactNode, useCallback } from 'react'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { call } from '../../store/api.ts'
import { attempt } from '../../store/attempt.ts'
import { toast } from '../../store/toasts.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { Moment } from '../../ui/moment.tsx'
import { useLoaded } from '../../ui/use-loaded.ts'
import { Section } from '../section.tsx'
import { AddList } from './add-list.tsx'

const MOST_SHOWN = 200

export function Blocking(): ReactNode {
  return (
    <Section title={t('blocking.title')}>
      <p className="soft">{t('blocking.means')}</p>
      <Lists />
      <Mine />
      <BlockLog />
    </Section>
  )
}

function Lists(): ReactNode {
  const { value, error, again } = useLoaded(useCallback(() => call('blocklists', {}), []))
  const remove = async (id: string, name: string): Promise<void> => {
    if ((await attempt(() => call('removeBlocklist', { id }))) === undefined) return
    toast(t('blocking.removed', visible(name)))
    again()
  }
  const refresh = async (id: string, name: string): Promise<void> => {
    const list = await attempt(() => call('refreshBlocklist', { id }))
    if (list !== undefined && list.problem === null) toast(t('blocking.refreshed', visible(name)))
    again()
  }
  return (
    <>
      <h3>{t('blocking.lists')}</h3>
      {error !== undefined && <ErrorSentence error={error} />}
      {value?.lists.length === 0 && <p className="soft">{t('blocking.noLists')}</p>}
      <ul className="settings-list">
        {value?.lists.map(({ id, kind, name, url, key, entries, updatedAt, problem }) => (
          <li key={id} className="settings-list-row">
            <span className="settings-list-text">
              <strong>
                <ForeignText text={name} />
              </strong>{' '}
              <span className="soft">
                {t(`blocking.kind.${kind}`)} · {t('blocking.entries', entries)} ·{' '}
                {key === null ? t('blocking.notSigned') : t('blocking.key', key.slice(0, 16))} ·{' '}
                {url === null ? t('blocking.ownList') : <ForeignText text={url} />} · {t('blocking.updated')}{' '}
                <Moment at={updatedAt} />
              </span>
              {problem !== null && <ErrorSentence error={t('blocking.problem', problem.code)} />}
            </span>
            {url !== null && (
              <Button
                aria-label={t('blocking.refreshOf', visible(name))}
                onPress={() => void refresh(id, name)}
              >
                {t('blocking.refresh')}
              </Button>
            )}
            <Button aria-label={t('blocking.removeOf', visible(name))} onPress={() => void remove(id, name)}>
              {t('blocking.remove')}
            </Button>
          </li>
        ))}
      </ul>
      <AddList onAdded={again} />
    </>
  )
}

function Mine(): ReactNode {
  const { value, error, again } = useLoaded(
    useCallback(() => call('blockedContent', { offset: 0, limit: MOST_SHOWN }), []),
  )
  const unblock = async (content: string, name: string): Promise<void> => {
    if ((await attempt(() => call('unblockContent', { content }))) === undefined) return
    toast(t('blocking.unblocked', visible(name)))
    again()
  }
  const more = value === undefined ? 0 : value.total - value.contents.length
  return (
    <>
      <h3>{t('blocking.mine')}</h3>
      {error !== undefined && <ErrorSentence error={error} />}
      {value?.contents.length === 0 && <p className="soft">{t('blocking.mineNone')}</p>}
      <ul className="settings-list">
        {value?.contents.map(({ content, name, why, who, at }) => (
          <li key={content} className="settings-list-row">
            <span className="settings-list-text">
              <strong>
                <ForeignText text={name} />
              </strong>{' '}
              <span className="soft">
                <ForeignText text={t('blocking.why', why, who)} /> · <Moment at={at} />
              </span>
            </span>
            <Button
              aria-label={t('blocking.unblockOf', visible(name))}
              onPress={() => void unblock(content, name)}
            >
              {t('blocking.unblock')}
            </Button>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="soft">{t('blocking.more', more)}</p>}
    </>
  )
}

function BlockLog(): ReactNode {
  const { value, error } = useLoaded(useCallback(() => call('blockLog', { last: MOST_SHOWN }), []))
  return (
    <>
      <h3>{t('blocking.log')}</h3>
      {error !== undefined && <ErrorSentence error={error} />}
      {value?.events.length === 0 && <p className="soft">{t('blocking.logNone')}</p>}
      {value !== undefined && value.events.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keys
        <section className="blocking-log" tabIndex={0} aria-label={t('blocking.log')}>
          <table className="view-table">
            <thead>
              <tr>
                <th scope="col">{t('blocking.at')}</th>
                <th scope="col">{t('blocking.what')}</th>
                <th scope="col">{t('blocking.because')}</th>
                <th scope="col">{t('blocking.list')}</th>
              </tr>
            </thead>
            <tbody>
              {value.events.map(({ at, what, why, list }) => (
                <tr key={`${at} ${what} ${list}`}>
                  <td>
                    <Moment at={at} />
                  </td>
                  <td>
                    <ForeignText text={what} />
                  </td>
                  <td>
                    <ForeignText text={why} />
                  </td>
                  <td>
                    <ForeignText text={list} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  )
}
