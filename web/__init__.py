"""Plain server-rendered pages that work without script: sign in, account, and what comes later."""
