// The page's beginning: takes the element that index.html holds for it.

import { createRoot } from 'react-dom/client'

const root = document.getElementById('root')
if (root !== null) createRoot(root).render(<h1>Shoal</h1>)
