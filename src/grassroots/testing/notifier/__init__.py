"""The promises of a notifier as tests. An author writes two methods and gets them all::

    from grassroots.testing.notifier import NotifierConformance

    class TestBell(NotifierConformance):
        takes_key = True

        def open(self, place):
            return Bell(place / "rung")

        def received(self, place):
            return (place / "rung").read_text("utf-8").splitlines()

``open`` gives a notifier that reaches a stand-in on this machine, ``received`` the texts that arrived there.
``grassroots.testing.notifier.misbehaving`` holds notifiers that do everything wrong, for whoever wants to see
that a host survives them.
"""

from grassroots.testing.notifier.conformance import NotifierConformance, broken_promises

__all__ = ["NotifierConformance", "broken_promises"]
