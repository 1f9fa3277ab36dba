"""What the workloads explain: an answer of 60 words, one of 12, and one of 40 to a prompt of 400 tokens."""

ANSWER_PROMPT = "How much paracetamol may my daughter have? She weighs 16 kg and has a fever."

ANSWER = (
    "For a child of sixteen kilograms the usual dose of paracetamol is 240 mg, fifteen milligrams per kilogram. "
    "Give it every four to six hours, and never more than four doses in a day. Offer plenty of fluids and let her "
    "rest. Call your doctor at once if a rash, drowsiness or a stiff neck develops, or the fever persists."
)
"""60 words."""

ANSWER_REFERENCE = (
    "Paracetamol 15 mg per kilogram, so 240 mg for 16 kg, every four to six hours, at most four doses in a day. "
    "See a doctor if she becomes drowsy, gets a rash or a stiff neck."
)

SHORT_ANSWER = "Paracetamol lowers her fever, but 2400 mg is ten times too much."
"""12 words: all 4,096 coalitions can be evaluated, so that the Shapley value is known too."""

LEASE_PROMPT = (
    "You advise tenants. Read the clauses of the lease below and say whether the tenant may leave early, and at what "
    "cost.\n\n"
    "Clause 5. The rent is due on the first working day of each month and is paid by bank transfer. A tenant who is "
    "more than ten days late owes interest of two per cent a month on the sum that is outstanding.\n\n"
    "Clause 6. The deposit is two months of rent. The landlord keeps it in a separate account and returns it within "
    "thirty days of the end of the lease, less the cost of repairs that go beyond ordinary wear.\n\n"
    "Clause 7. The tenant keeps the rooms clean and aired, reports damage without delay, and lets the landlord in to "
    "inspect the rooms after a notice of two days.\n\n"
    "Clause 8. The lease runs for three years. It goes on from year to year unless one of the parties says, at least "
    "six months before the end, that it shall not.\n\n"
    "Clause 9. The tenant may end the lease early by giving written notice of three full months to the end of a "
    "month. In that case the landlord may keep one month of the deposit. The rent stays payable until the notice "
    "period ends, whether or not the rooms are still lived in.\n\n"
    "Clause 10. The tenant may not sublet the rooms, in whole or in part, without the landlord's consent. Consent is "
    "not refused without a reason that lies in the person of the subtenant.\n\n"
    "Clause 11. Changes of this lease are made in writing. Should one clause be void, the others stay in force.\n\n"
    "I moved in last year in May and must move abroad for work in the spring. May I end the lease, how, and what will "
    "it cost me?"
)
"""400 tokens of SmolLM2 with its chat template, to within a few."""

LEASE_ANSWER = (
    "Clause nine lets the tenant end the lease early with three months of written notice. The landlord then keeps one "
    "month of the paid deposit and returns the rest, but rent stays payable until the whole notice period has ended."
)
"""40 words."""

LEASE_REFERENCE = "Yes, with three months' notice and one month's deposit."
