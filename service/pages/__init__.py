"""Pages for people. They hold nothing of a patient but what is entered in the tab, and can be printed.

Reading order: `bedside` and `form_texts` (what the bedside page asks, made of the items of the API),
`static/bedside.js` (what makes it live, part by part), `rendering` (a page from its template, and what it may load),
`words` (what pages say), `connections` (whom the bedside page may ask beside the service), `routes`, `rules_page`,
`model_page`.
"""
