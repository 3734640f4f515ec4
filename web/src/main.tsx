// The page's beginning: looks, connection, and the element that index.html holds for it.

import { createRoot } from 'react-dom/client'
import './style/theme.css'
import './style/base.css'
import { App } from './app/app.tsx'
import { connect } from './store/connection.ts'
import { theme } from './store/preferences.ts'

function dress(): void {
  if (theme.value === 'system') document.documentElement.removeAttribute('data-theme')
  else document.documentElement.dataset.theme = theme.value
}

dress()
theme.subscribe(dress)
void connect()

const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<App />)
