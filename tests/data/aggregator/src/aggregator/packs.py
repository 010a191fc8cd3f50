"""The aggregator as an actor: it buys packs in their second life and runs them as a store."""

from dataclasses import dataclass

from bvsim import Actor, Balance, Columns, flow, laid_out, stock

AUCTION_DAYS = 91.0
"""Between two auctions of packs."""
MOST = 0.5
"""Of the packs in their second life that are not its own, the most that it wins at an auction."""
LIFE_DAYS = 5 * 365.0
"""How long a lot stays in its store."""


@dataclass(frozen=True)
class PackColumns(Columns):
    """What it books each month."""

    packs_bought_t: int = flow("Packs that the aggregator bought.")
    packs_held_t: int = stock("Packs in the aggregator's store.")


PACKS = laid_out(PackColumns)


class Aggregator(Actor):
    """Buys lots at auctions of its own luck, and gives them back to the market after their life."""

    name = "aggregator"

    def start(self):
        """Open the account, and wait for the first auction."""
        self.held = self.bought = self.given_back = 0.0
        self.luck = self.ctx.streams.stream(self.name, "auctions")
        self.account = self.ctx.books.open("yearly", self.name, PACKS.columns)
        self.ctx.env.process(self.auctions())

    def auctions(self):
        """Buy a lot every quarter, as large as luck has it."""
        env = self.ctx.env
        while True:
            yield env.timeout(AUCTION_DAYS)
            lot = MOST * self.luck.uniform() * max(0.0, self.market() - self.held)
            self.held, self.bought = self.held + lot, self.bought + lot
            self.account.now[PACKS.packs_bought_t] += lot
            env.process(self.serve(lot))

    def serve(self, lot):
        """Give a lot back when its life in the store is over."""
        yield self.ctx.env.timeout(LIFE_DAYS)
        self.held, self.given_back = self.held - lot, self.given_back + lot

    def market(self):
        """Return the packs of the region in their second life at the end of the month, t."""
        month = self.ctx.books.month
        return self.actors.recycling.fleet.second_life_closing[month]

    def month_end(self, last):
        """Book the store."""
        self.account.now[PACKS.packs_held_t] = self.held

    def balances(self):
        """Yield the account of its packs."""
        yield Balance("stored packs", self.name, 0.0, self.bought, self.given_back, self.held, "t")
