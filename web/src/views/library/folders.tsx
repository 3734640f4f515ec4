// Library › Folders: each with its path, who gets it, how far it was read, and what waits to be looked at.

import type { ReactNode } from 'react'
import { t } from '../../text/t.ts'
import { Button } from '../../ui/button.tsx'
import { ErrorSentence } from '../../ui/error-sentence.tsx'
import { addFolder } from './add-folder.ts'
import { FolderCard } from './folder-card.tsx'
import { libraryProblem, useLibrary } from './use-library.ts'

export function Folders(): ReactNode {
  const { value, error, again } = useLibrary()
  const problem = value === undefined ? undefined : libraryProblem(value.state)
  const none = value?.folders.length === 0
  return (
    <div className="view">
      {error !== undefined && <ErrorSentence error={error} />}
      {problem !== undefined && <ErrorSentence error={problem} />}
      {value === undefined && error === undefined && <p role="status">{t('library.loading')}</p>}
      {none && (
        <div className="library-empty">
          <p className="view-lead">{t('library.noFolders')}</p>
          <p className="soft">{t('library.noFoldersMeans')}</p>
        </div>
      )}
      {value !== undefined && (
        <div>
          <Button icon="plus" look={none ? 'primary' : 'plain'} onPress={() => void addFolder(again)}>
            {t('folders.add')}
          </Button>
        </div>
      )}
      {value !== undefined && value.folders.length > 0 && (
        <ul className="library-list" aria-label={t('folders.list')}>
          {value.folders.map((folder) => (
            <FolderCard key={folder.id} folder={folder} onChanged={again} />
          ))}
        </ul>
      )}
    </div>
  )
}
