from standin import opened, taken

from grassroots.testing.notifier import NotifierConformance


class TestTencentSms(NotifierConformance):
    def open(self, place):
        return opened(place)

    def received(self, place):
        return taken(place)
