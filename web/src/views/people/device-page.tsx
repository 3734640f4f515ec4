// What a device nearby offers to everyone, browsed and got from it.

import { type ReactNode, useCallback } from 'react'
import { visible } from '../../../../src/api/unseen-characters.ts'
import { goWith, useRoute } from '../../app/router.ts'
import { call } from '../../store/api.ts'
import { nearby } from '../../store/people.ts'
import { useKept } from '../../store/use-kept.ts'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ForeignText } from '../../ui/foreign-text.tsx'
import { nearName, sendTo } from './near.ts'
import { PageHead } from './page-head.tsx'
import { OfferedFiles } from './shared-files.tsx'

const PAGE_FILES = 100

export function DevicePage({ id }: { readonly id: string }): ReactNode {
  const { query } = useRoute()
  const path = query.path ?? ''
  const { value: devices } = useKept(nearby)
  const device = devices?.find((one) => one.device === id)
  const load = useCallback(
    (offset: number) => call('nearbyFiles', { id, path, offset, limit: PAGE_FILES }),
    [id, path],
  )
  return (
    <div className="view">
      <PageHead>
        <ForeignText text={device === undefined ? t('people.unnamed', id.slice(0, 6)) : nearName(device)} />
      </PageHead>
      {devices !== undefined && device === undefined && <p>{t('people.nobody')}</p>}
      {device !== undefined && (
        <>
          <p className="soft">
            <ForeignText text={t('nearby.browsing', nearName(device))} />
          </p>
          <div>
            <Button
              icon="send"
              aria-label={t('nearby.sendTo', visible(nearName(device)))}
              onPress={() => sendTo(device)}
            >
              {t('nearby.send')}
            </Button>
          </div>
        </>
      )}
      <OfferedFiles
        key={path}
        load={load}
        path={path}
        onPath={(next) => goWith({ path: next })}
        from={`device:${id}`}
        nothing={t('nearby.nothing')}
      />
    </div>
  )
}
